"""Repositories, in a list, in a payload and by themselves."""

from opsroom.demo.github.bodies.accounts import account
from opsroom.demo.github.bodies.times import maybe, stamp
from opsroom.demo.github.state.accounts import ROLES, Role
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.urls import Json, Urls

SUFFIXES = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}
"""What the templates of a repository's addresses add to its own."""


def minimal(urls: Urls, repository: Hosted) -> Json:
    """A repository where only its identity matters."""
    at = urls.repository(repository.full_name)
    return {
        "id": repository.id,
        "node_id": repository.node_id,
        "name": repository.name,
        "full_name": repository.full_name,
        "private": repository.private,
        "owner": account(urls, repository.owner),
        "html_url": urls.page(repository.full_name),
        "description": repository.description,
        "fork": repository.parent is not None,
        "url": at,
        **{name: at + suffix for name, suffix in SUFFIXES.items()},
    }


def brief(urls: Urls, repository: Hosted, role: Role | None = None) -> Json:
    """A repository in a list. `role` is that of whoever asks."""
    pulls = sum(1 for pull in repository.pulls.values() if pull.open)
    issues = sum(1 for issue in repository.issues.values() if issue.state == "open") + pulls
    page = urls.page(repository.full_name)
    features = repository.features
    return {
        **minimal(urls, repository),
        "created_at": stamp(repository.created_at),
        "updated_at": stamp(repository.updated_at),
        "pushed_at": maybe(repository.pushed_at) or stamp(repository.created_at),
        "git_url": f"git:{page.partition(':')[2]}.git",
        "ssh_url": f"git@{urls.root.partition('://')[2]}:{repository.full_name}.git",
        "clone_url": f"{page}.git",
        "svn_url": page,
        "homepage": repository.homepage,
        "size": repository.size,
        "stargazers_count": repository.stars,
        "watchers_count": repository.stars,
        "language": repository.language,
        "has_issues": features.issues,
        "has_projects": features.projects,
        "has_downloads": True,
        "has_wiki": features.wiki,
        "has_pages": False,
        "has_discussions": features.discussions,
        "forks_count": repository.forks,
        "mirror_url": None,
        "archived": repository.archived,
        "disabled": repository.disabled,
        "open_issues_count": issues,
        "license": licence(urls, repository),
        "allow_forking": True,
        "is_template": repository.template,
        "web_commit_signoff_required": features.signoff,
        "topics": list(repository.topics),
        "visibility": repository.visibility,
        "forks": repository.forks,
        "open_issues": issues,
        "watchers": repository.stars,
        "default_branch": repository.default_branch,
        "custom_properties": {},
        "permissions": permissions(role),
    }


def full(urls: Urls, repository: Hosted, role: Role | None = None) -> Json:
    """A repository by itself."""
    features = repository.features
    body = {
        **brief(urls, repository, role),
        "temp_clone_token": None,
        "network_count": repository.forks,
        "subscribers_count": 1,
    }
    if role in ("admin", "maintain", "write"):
        body |= {
            "allow_squash_merge": features.squash,
            "allow_merge_commit": features.merge_commit,
            "allow_rebase_merge": features.rebase,
            "allow_auto_merge": features.auto_merge,
            "delete_branch_on_merge": features.delete_on_merge,
            "allow_update_branch": features.update_branch,
            "use_squash_pr_title_as_default": False,
            "squash_merge_commit_message": "COMMIT_MESSAGES",
            "squash_merge_commit_title": "COMMIT_OR_PR_TITLE",
            "merge_commit_message": "PR_TITLE",
            "merge_commit_title": "MERGE_MESSAGE",
        }
    if role == "admin":
        body["security_and_analysis"] = security(repository)
    if repository.owner.kind == "Organization":
        body["organization"] = account(urls, repository.owner)
    if repository.parent is not None:
        body["parent"] = body["source"] = brief(urls, repository.parent)
    return body


def security(repository: Hosted) -> Json:
    """Which analyses are switched on."""
    features = repository.features

    def switch(on: bool) -> Json:
        return {"status": "enabled" if on else "disabled"}

    return {
        "dependabot_security_updates": switch(features.security_fixes),
        "secret_scanning": switch(features.secret_scanning),
        "secret_scanning_push_protection": switch(features.secret_scanning),
    }


def permissions(role: Role | None) -> Json:
    """What a role allows, in the five words of REST."""
    level = -1 if role is None else ROLES.index(role)
    names = {"admin": "admin", "maintain": "maintain", "push": "write", "triage": "triage"}
    allowed = {name: level >= ROLES.index(needed) for name, needed in _roles(names).items()}
    return {**allowed, "pull": level >= 0}


def _roles(names: dict[str, str]) -> dict[str, Role]:
    by_name: dict[str, Role] = {role: role for role in ROLES}
    return {name: by_name[needed] for name, needed in names.items()}


def licence(urls: Urls, repository: Hosted) -> Json | None:
    """The licence of a repository, if it has one that is known."""
    if repository.license is None:
        return None
    key = repository.license.lower()
    return {
        "key": key,
        "name": repository.license,
        "spdx_id": repository.license,
        "url": f"{urls.api}/licenses/{key}",
        "node_id": f"MDc6TGljZW5zZ{key}",
    }
