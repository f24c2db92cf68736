"""Users and organisations."""

from opsroom.demo.github.bodies.times import stamp
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.urls import Json, Urls


def account(urls: Urls, who: Account) -> Json:
    """A user, organisation or bot wherever one is mentioned."""
    login = who.login if who.kind != "Bot" else f"{who.login}[bot]"
    at = f"{urls.api}/users/{login}"
    return {
        "login": login,
        "id": who.id,
        "node_id": who.node_id,
        "avatar_url": f"{urls.root}/avatars/u/{who.id}",
        "gravatar_id": "",
        "url": at,
        "html_url": f"{urls.root}/{login}",
        "followers_url": f"{at}/followers",
        "following_url": f"{at}/following{{/other_user}}",
        "gists_url": f"{at}/gists{{/gist_id}}",
        "starred_url": f"{at}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{at}/subscriptions",
        "organizations_url": f"{at}/orgs",
        "repos_url": f"{at}/repos",
        "events_url": f"{at}/events{{/privacy}}",
        "received_events_url": f"{at}/received_events",
        "type": who.kind,
        "user_view_type": "public",
        "site_admin": False,
    }


def maybe_account(urls: Urls, who: Account | None) -> Json | None:
    """The same, or nothing."""
    return None if who is None else account(urls, who)


def profile(urls: Urls, who: Account, repositories: int) -> Json:
    """A user or organisation by itself: `repositories` is how many public ones it has."""
    return {
        **account(urls, who),
        "name": who.name,
        "company": None,
        "blog": "",
        "location": None,
        "email": who.email or None,
        "hireable": None,
        "bio": None,
        "twitter_username": None,
        "public_repos": repositories,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": stamp(who.created_at),
        "updated_at": stamp(who.created_at),
    }


def own_profile(urls: Urls, who: Account, repositories: int, private: int) -> Json:
    """What a user sees of themselves."""
    return {
        **profile(urls, who, repositories),
        "user_view_type": "private",
        "private_gists": 0,
        "total_private_repos": private,
        "owned_private_repos": private,
        "disk_usage": 0,
        "collaborators": 0,
        "two_factor_authentication": True,
        "plan": {"name": "free", "space": 976562499, "collaborators": 0, "private_repos": 10000},
    }


def short_organization(urls: Urls, who: Account) -> Json:
    """An organisation in a list, or beside a webhook's payload."""
    at = f"{urls.api}/orgs/{who.login}"
    return {
        "login": who.login,
        "id": who.id,
        "node_id": who.node_id,
        "url": at,
        "repos_url": f"{at}/repos",
        "events_url": f"{at}/events",
        "hooks_url": f"{at}/hooks",
        "issues_url": f"{at}/issues",
        "members_url": f"{at}/members{{/member}}",
        "public_members_url": f"{at}/public_members{{/member}}",
        "avatar_url": f"{urls.root}/avatars/u/{who.id}",
        "description": who.name,
    }


def organization(urls: Urls, who: Account, repositories: int, private: int) -> Json:
    """An organisation by itself."""
    return {
        **short_organization(urls, who),
        "name": who.name,
        "html_url": f"{urls.root}/{who.login}",
        "has_organization_projects": True,
        "has_repository_projects": True,
        "public_repos": repositories,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "type": "Organization",
        "total_private_repos": private,
        "owned_private_repos": private,
        "default_repository_permission": "write",
        "members_can_create_repositories": True,
        "two_factor_requirement_enabled": False,
        "created_at": stamp(who.created_at),
        "updated_at": stamp(who.created_at),
        "archived_at": None,
    }
