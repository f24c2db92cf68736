"""Apps: themselves, their installations, and the tokens of those."""

from opsroom.demo.github.acts.apps import give_token
from opsroom.demo.github.bodies import apps as bodies
from opsroom.demo.github.bodies.repository import brief
from opsroom.demo.github.bodies.times import stamp
from opsroom.demo.github.refusals import Refusal, not_found, unprocessable
from opsroom.demo.github.rest.call import REPOSITORY, Answer, Call, Endpoints, Result
from opsroom.demo.github.state.accounts import Access
from opsroom.demo.github.state.apps import HostApp, Installation
from opsroom.demo.github.urls import Json

endpoint = Endpoints()


def _app(call: Call) -> HostApp:
    app = call.identity.app
    if app is None:
        raise Refusal(401, "A JSON web token could not be decoded")
    return app


@endpoint("GET", "/app")
def app(call: Call) -> Result:
    """The App that the JWT is of."""
    return bodies.app(call.urls, _app(call))


@endpoint("GET", "/app/installations")
def installations(call: Call) -> Result:
    """Where it is installed."""
    found = list(_app(call).installations.values())
    return call.paged(found, lambda each: bodies.installation(call.urls, each))


def _installation(call: Call) -> Installation:
    found = _app(call).installations.get(call.integer("installation"))
    if found is None:
        raise not_found()
    return found


@endpoint("GET", "/app/installations/{installation}")
def installation(call: Call) -> Result:
    """One installation."""
    return bodies.installation(call.urls, _installation(call))


@endpoint("GET", "/orgs/{organization}/installation")
@endpoint("GET", "/users/{organization}/installation")
@endpoint("GET", f"{REPOSITORY}/installation")
def installation_of(call: Call) -> Result:
    """The installation in an account, or over a repository."""
    mine = _app(call).installations.values()
    login = call.arguments.get("organization", call.arguments.get("owner", "")).lower()
    found = next((each for each in mine if each.account.login.lower() == login), None)
    if found is None:
        raise not_found()
    return bodies.installation(call.urls, found)


@endpoint("POST", "/app/installations/{installation}/access_tokens")
def access_token(call: Call) -> Result:
    """A token of an installation, good for an hour, with all of its permissions or fewer."""
    one = _installation(call)
    if one.suspended_at is not None:
        raise Refusal(403, "This installation has been suspended")
    granted = one.app.permissions
    wanted: dict[str, Access] = call.data.get("permissions") or dict(granted)
    for name, access in wanted.items():
        if name not in granted or (access == "write" and granted[name] == "read"):
            raise unprocessable("The permissions requested are not granted to this installation.")
    owned = {each.name.lower(): each for each in call.world.repositories_of(one.account)}
    names = [str(name).lower() for name in call.data.get("repositories") or ()]
    ids = {int(number) for number in call.data.get("repository_ids") or ()}
    if any(name not in owned for name in names):
        raise unprocessable("There is at least one repository that does not exist.")
    chosen = ids | {owned[name].id for name in names}
    token = give_token(call.world, one, wanted, frozenset(chosen) if chosen else None)
    ends = token.expires_at or call.world.now()
    body: Json = {
        "token": token.text,
        "expires_at": stamp(ends),
        "permissions": dict(token.permissions),
        "repository_selection": "selected" if chosen else bodies.selection(one),
    }
    if chosen:
        picked = [each for each in owned.values() if each.id in chosen]
        body["repositories"] = [brief(call.urls, each) for each in picked]
    return Answer(body, 201)


@endpoint("DELETE", "/installation/token")
def revoke(call: Call) -> Result:
    """Give an installation token back."""
    token = call.identity.token
    if token is None or token.kind != "installation":
        raise Refusal(403, "Resource not accessible by personal access token")
    del call.world.tokens[token.text]
    return Answer(status=204)
