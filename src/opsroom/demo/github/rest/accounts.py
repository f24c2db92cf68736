"""The server itself, users and organisations."""

from opsroom.demo.github.bodies import accounts as bodies
from opsroom.demo.github.bodies.repository import brief
from opsroom.demo.github.refusals import Refusal, not_found
from opsroom.demo.github.rest.call import Answer, Call, Endpoints, Result
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.urls import Json

endpoint = Endpoints()

ROOT = {
    "current_user_url": "/user",
    "current_user_authorizations_html_url": "/settings/connections/applications{/client_id}",
    "authorizations_url": "/authorizations",
    "code_search_url": "/search/code?q={query}{&page,per_page,sort,order}",
    "commit_search_url": "/search/commits?q={query}{&page,per_page,sort,order}",
    "emails_url": "/user/emails",
    "emojis_url": "/emojis",
    "events_url": "/events",
    "feeds_url": "/feeds",
    "followers_url": "/user/followers",
    "following_url": "/user/following{/target}",
    "gists_url": "/gists{/gist_id}",
    "issue_search_url": "/search/issues?q={query}{&page,per_page,sort,order}",
    "issues_url": "/issues",
    "keys_url": "/user/keys",
    "label_search_url": "/search/labels?q={query}&repository_id={repository_id}{&page,per_page}",
    "notifications_url": "/notifications",
    "organization_url": "/orgs/{org}",
    "organization_repositories_url": "/orgs/{org}/repos{?type,page,per_page,sort}",
    "organization_teams_url": "/orgs/{org}/teams",
    "public_gists_url": "/gists/public",
    "rate_limit_url": "/rate_limit",
    "repository_url": "/repos/{owner}/{repo}",
    "repository_search_url": "/search/repositories?q={query}{&page,per_page,sort,order}",
    "current_user_repositories_url": "/user/repos{?type,page,per_page,sort}",
    "starred_url": "/user/starred{/owner}{/repo}",
    "starred_gists_url": "/gists/starred",
    "user_url": "/users/{user}",
    "user_organizations_url": "/user/orgs",
    "user_repositories_url": "/users/{user}/repos{?type,page,per_page,sort}",
    "user_search_url": "/search/users?q={query}{&page,per_page,sort,order}",
}
VERSION = "3.17.0"
"""What the Enterprise server says it is."""


@endpoint("GET", "/")
def root(call: Call) -> Result:
    """Where things are."""
    return {name: call.urls.api + path for name, path in ROOT.items()}


@endpoint("GET", "/meta")
def meta(call: Call) -> Result:
    """What the server is: only an Enterprise server tells its version."""
    body: Json = {"verifiable_password_authentication": False}
    if call.enterprise:
        return {**body, "installed_version": VERSION}
    return {**body, "hooks": ["127.0.0.1/32"], "web": ["127.0.0.1/32"], "api": ["127.0.0.1/32"]}


@endpoint("GET", "/rate_limit")
def rate_limit(call: Call) -> Result:
    """What is left; an Enterprise server has no limits unless somebody switches them on."""
    if call.enterprise:
        raise Refusal(404, "Rate limiting is not enabled.")

    def shown(resource: str) -> Json:
        bucket = call.limits.bucket(
            call.identity.key, "graphql" if resource == "graphql" else "core"
        )
        return {
            "limit": bucket.limit,
            "used": bucket.used,
            "remaining": bucket.remaining,
            "reset": int(bucket.resets_at.timestamp()),
        }

    core = shown("core")
    return {"resources": {"core": core, "search": core, "graphql": shown("graphql")}, "rate": core}


def visible(call: Call, owner: Account) -> list[Hosted]:
    """The repositories of an account that the caller sees; a closed organisation's are left out."""
    if call.identity.shut_out(owner):
        call.headers["x-github-sso"] = f"partial-results; organizations={owner.id}"
        return []
    return [each for each in call.world.repositories_of(owner) if call.identity.sees(each)]


def listed(call: Call, repositories: list[Hosted], default: str) -> list[Json]:
    """One page of repositories, filtered and sorted as asked."""
    kind = call.query.get("visibility") or call.query.get("type") or "all"
    if kind in ("public", "private"):
        repositories = [each for each in repositories if each.private == (kind == "private")]
    elif kind in ("forks", "sources"):
        wanted = kind == "forks"
        repositories = [each for each in repositories if (each.parent is not None) == wanted]
    sort = call.query.get("sort", default)
    begun = "created" if sort == "created" else sort
    way = call.query.get("direction", "asc" if sort == "full_name" else "desc")

    def order(one: Hosted) -> tuple[float, str]:
        if begun == "full_name":
            return (0, one.full_name.lower())
        at = {"created": one.created_at, "updated": one.updated_at}.get(begun, one.pushed_at)
        return ((at or one.created_at).timestamp(), one.full_name.lower())

    ordered = sorted(repositories, key=order, reverse=way == "desc")
    return call.paged(ordered, lambda each: brief(call.urls, each, call.identity.role(each)))


@endpoint("GET", "/user")
def own(call: Call) -> Result:
    """Who the token is."""
    call.signed_in()
    token = call.identity.token
    if token is None or token.kind == "installation":
        raise Refusal(403, "Resource not accessible by integration")
    mine = call.world.repositories_of(call.actor)
    hidden = sum(1 for each in mine if each.private)
    return bodies.own_profile(call.urls, call.actor, len(mine) - hidden, hidden)


@endpoint("GET", "/user/repos")
def own_repositories(call: Call) -> Result:
    """Everything that the user can reach."""
    call.signed_in()
    token = call.identity.token
    if token is None or token.kind == "installation":
        raise Refusal(403, "Resource not accessible by integration")
    login = call.actor.login.lower()
    found: list[Hosted] = []
    for account in list(call.world.accounts.values()):
        mine = account is call.actor or login in account.members
        found += [each for each in visible(call, account) if mine or login in each.collaborators]
    return listed(call, found, "full_name")


@endpoint("GET", "/user/orgs")
def own_organizations(call: Call) -> Result:
    """The organisations that the user belongs to."""
    call.signed_in()
    login = call.actor.login.lower()
    found = [each for each in call.world.accounts.values() if login in each.members]
    return call.paged(found, lambda each: bodies.short_organization(call.urls, each))


@endpoint("GET", "/users/{user}")
def user(call: Call) -> Result:
    """An account of whatever kind."""
    who = _account(call)
    public = sum(1 for each in call.world.repositories_of(who) if not each.private)
    return bodies.profile(call.urls, who, public)


def _account(call: Call) -> Account:
    found = call.world.account(call.arguments["user"].removesuffix("[bot]"))
    if found is None:
        raise not_found()
    return found


@endpoint("GET", "/users/{user}/repos")
def user_repositories(call: Call) -> Result:
    """The public repositories of an account."""
    who = _account(call)
    public = [each for each in call.world.repositories_of(who) if not each.private]
    return listed(call, public, "full_name")


@endpoint("GET", "/orgs/{organization}")
def organization(call: Call) -> Result:
    """An organisation."""
    who = call.organization()
    owned = call.world.repositories_of(who)
    hidden = sum(1 for each in owned if each.private)
    return bodies.organization(call.urls, who, len(owned) - hidden, hidden)


@endpoint("GET", "/orgs/{organization}/repos")
def organization_repositories(call: Call) -> Result:
    """The repositories of an organisation that the caller sees."""
    return listed(call, visible(call, call.organization()), "created")


@endpoint("GET", "/installation/repositories")
def installed_repositories(call: Call) -> Result:
    """What an installation token reaches."""
    token = call.identity.token
    if token is None or token.kind != "installation" or token.owner is None:
        raise Refusal(403, "You must authenticate with an installation access token")
    chosen = token.repositories
    found = [
        each
        for each in call.world.repositories_of(token.owner)
        if chosen is None or each.id in chosen
    ]
    page = call.paged(found, lambda each: brief(call.urls, each, call.identity.role(each)))
    selection = "all" if chosen is None else "selected"
    body = {"total_count": len(found), "repository_selection": selection, "repositories": page}
    return Answer(body)
