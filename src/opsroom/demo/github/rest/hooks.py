"""Hooks of repositories, of organisations and of Apps, and their logs of deliveries."""

from collections.abc import MutableMapping
from urllib.parse import urlparse

from opsroom.demo.github.bodies import hooks as bodies
from opsroom.demo.github.refusals import Refusal, forbidden, invalid, not_found
from opsroom.demo.github.rest.call import REPOSITORY, Answer, Call, Endpoints, Result
from opsroom.demo.github.state.accounts import Access, Account
from opsroom.demo.github.state.hooks import Delivery, Hook
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.urls import Json
from opsroom.demo.github.world import Emission

endpoint = Endpoints()

ORGANIZATION = "/orgs/{organization}"
ZEN = "Anything added dilutes everything else."


def _source(call: Call, access: Access) -> Hosted | Account:
    """What the hooks hang on."""
    if "organization" in call.arguments:
        owner = call.organization(admin=True)
        token = call.identity.token
        scopes = call.identity.scopes
        given = token.permissions.get("organization_hooks") if token else None
        if scopes is not None and "admin:org_hook" not in scopes:
            raise not_found()
        if scopes is None and (given is None or (access == "write" and given == "read")):
            raise forbidden("Resource not accessible by integration")
        return owner
    return call.repository("repository_hooks", access)


def _hooks(call: Call, source: Hosted | Account) -> MutableMapping[int, Hook]:
    if isinstance(source, Hosted):
        return source.hooks
    return call.world.hooks.setdefault(source.login.lower(), {})


def _shown(call: Call, source: Hosted | Account, one: Hook) -> Json:
    if isinstance(source, Hosted):
        at = f"{call.urls.repository(source.full_name)}/hooks/{one.id}"
        return bodies.hook(at, one, "Repository")
    return bodies.hook(f"{call.urls.api}/orgs/{source.login}/hooks/{one.id}", one, "Organization")


@endpoint("GET", f"{REPOSITORY}/hooks")
@endpoint("GET", f"{ORGANIZATION}/hooks")
def hooks(call: Call) -> Result:
    """The hooks of a repository or an organisation."""
    source = _source(call, "read")
    found = list(_hooks(call, source).values())
    return call.paged(found, lambda each: _shown(call, source, each))


def _configure(call: Call, one: Hook) -> None:
    config: Json = call.data.get("config") or {}
    if "url" in config:
        if urlparse(str(config["url"])).scheme not in ("http", "https"):
            raise invalid("Hook", "url", "custom", "url must be an HTTP address")
        one.url = str(config["url"])
    if "secret" in config:
        one.secret = str(config["secret"] or "")
    one.content_type = str(config.get("content_type", one.content_type))
    one.insecure_ssl = str(config.get("insecure_ssl", one.insecure_ssl))
    if "events" in call.data:
        one.events = tuple(str(each) for each in call.data["events"])
    one.events = tuple(
        dict.fromkeys(
            [each for each in one.events if each not in (call.data.get("remove_events") or ())]
            + list(call.data.get("add_events") or ())
        )
    )
    if isinstance(call.data.get("active"), bool):
        one.active = call.data["active"]
    one.updated_at = call.world.now()


@endpoint("POST", f"{REPOSITORY}/hooks", content=True)
@endpoint("POST", f"{ORGANIZATION}/hooks", content=True)
def create(call: Call) -> Result:
    """Create a hook, and ping it."""
    source = _source(call, "write")
    config: Json = call.data.get("config") or {}
    if not config.get("url"):
        raise invalid("Hook", "url", "missing_field")
    known = _hooks(call, source)
    events = [str(each) for each in call.data.get("events") or ["push"]]
    if any(
        each.url == config["url"] and set(each.events) == set(events) for each in known.values()
    ):
        raise invalid("Hook", "url", "custom", "Hook already exists on this repository")
    now = call.world.now()
    one = Hook(call.world.ids.number(), "", tuple(events), now, now, content_type="form")
    _configure(call, one)
    known[one.id] = one
    _ping(call, source, one)
    return Answer(_shown(call, source, one), 201)


def _ping(call: Call, source: Hosted | Account, one: Hook) -> None:
    shown = _shown(call, source, one)
    repository = source if isinstance(source, Hosted) else None
    owner = source.owner if isinstance(source, Hosted) else source
    details: Json = {"zen": ZEN, "hook_id": one.id, "hook": shown}
    emission = Emission("ping", None, repository, owner, call.actor, lambda _: details)
    call.courier.post(one, emission, None)


def _hook(call: Call, access: Access) -> tuple[Hosted | Account, Hook]:
    source = _source(call, access)
    found = _hooks(call, source).get(call.integer("hook"))
    if found is None:
        raise not_found()
    return source, found


@endpoint("GET", f"{REPOSITORY}/hooks/{{hook}}")
@endpoint("GET", f"{ORGANIZATION}/hooks/{{hook}}")
def hook(call: Call) -> Result:
    """One hook."""
    return _shown(call, *_hook(call, "read"))


@endpoint("PATCH", f"{REPOSITORY}/hooks/{{hook}}")
@endpoint("PATCH", f"{ORGANIZATION}/hooks/{{hook}}")
def update(call: Call) -> Result:
    """Change a hook."""
    source, one = _hook(call, "write")
    _configure(call, one)
    return _shown(call, source, one)


@endpoint("DELETE", f"{REPOSITORY}/hooks/{{hook}}")
@endpoint("DELETE", f"{ORGANIZATION}/hooks/{{hook}}")
def delete(call: Call) -> Result:
    """Delete a hook and its log."""
    source, one = _hook(call, "write")
    del _hooks(call, source)[one.id]
    return Answer(status=204)


@endpoint("POST", f"{REPOSITORY}/hooks/{{hook}}/pings")
@endpoint("POST", f"{ORGANIZATION}/hooks/{{hook}}/pings")
def ping(call: Call) -> Result:
    """Ping a hook."""
    source, one = _hook(call, "read")
    _ping(call, source, one)
    return Answer(status=204)


def _logged(call: Call) -> Hook:
    """The hook whose log is asked for: the App's own where the path names none."""
    if "hook" in call.arguments:
        return _hook(call, "read")[1]
    app = call.identity.app
    if app is None:
        raise Refusal(401, "A JSON web token could not be decoded")
    if app.hook is None:
        raise not_found()
    return app.hook


@endpoint("GET", f"{REPOSITORY}/hooks/{{hook}}/deliveries")
@endpoint("GET", f"{ORGANIZATION}/hooks/{{hook}}/deliveries")
@endpoint("GET", "/app/hook/deliveries")
def deliveries(call: Call) -> Result:
    """What was delivered, newest first; walked by `cursor`, the id of a delivery."""
    one = _logged(call)
    found = list(reversed(one.deliveries))
    status = call.query.get("status")
    if status:
        wanted = status == "success"
        found = [each for each in found if (0 < each.status_code < 400) == wanted]
        found = [each for each in found if each.status_code]
    cursor = call.query.get("cursor", "")
    if cursor:
        number = int(cursor) if cursor.isdecimal() else 0
        found = [each for each in found if each.id < number]
    size = call.per_page()
    page = found[:size]
    if len(found) > size:
        call.link({"next": {"cursor": str(page[-1].id)}})
    return [bodies.delivery(each) for each in page]


def _delivery(call: Call) -> tuple[Hook, Delivery]:
    one = _logged(call)
    number = call.integer("delivery")
    for each in one.deliveries:
        if each.id == number:
            return one, each
    raise not_found()


@endpoint("GET", f"{REPOSITORY}/hooks/{{hook}}/deliveries/{{delivery}}")
@endpoint("GET", f"{ORGANIZATION}/hooks/{{hook}}/deliveries/{{delivery}}")
@endpoint("GET", "/app/hook/deliveries/{delivery}")
def delivery(call: Call) -> Result:
    """One delivery with what was sent and answered."""
    one, each = _delivery(call)
    return bodies.whole_delivery(each, one.url)


@endpoint("POST", f"{REPOSITORY}/hooks/{{hook}}/deliveries/{{delivery}}/attempts")
@endpoint("POST", f"{ORGANIZATION}/hooks/{{hook}}/deliveries/{{delivery}}/attempts")
@endpoint("POST", "/app/hook/deliveries/{delivery}/attempts")
def redeliver(call: Call) -> Result:
    """Deliver it again, with the same GUID."""
    call.courier.redeliver(*_delivery(call))
    return Answer({}, 202)
