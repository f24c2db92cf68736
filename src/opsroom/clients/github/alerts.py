"""The host's own open alerts: three lists for a whole organisation, or three a repository.

An organisation has one list of each kind for all of its repositories; a user has none, so theirs
are read per repository. GraphQL counts dependency alerts too, and was seen to count otherwise: all
alerts come from the REST lists alone, one source for one number. The secrets themselves that
secret scanning found are not asked for, not read and not remembered.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from typing import Any, Literal, get_args
from urllib.parse import quote

import anyio

from opsroom.clients.github.refusals import reason
from opsroom.clients.github.transport import Spend, Transport
from opsroom.clients.github.wire import Reply
from opsroom.clients.host import AlertList, HostError, Priority
from opsroom.model.host import SecurityAlert
from opsroom.model.severity import Severity
from opsroom.model.shapes import NONSENSE, listed, mapping
from opsroom.model.text import plain

Kind = Literal["dependency", "code", "secret"]
PATHS: Mapping[Kind, str] = {
    "dependency": "dependabot",
    "code": "code-scanning",
    "secret": "secret-scanning",
}
OPEN: Mapping[str, str | int] = {
    "state": "open",
    "sort": "updated",
    "direction": "desc",
    "per_page": 100,
}
UNKEPT = ("secret",)
MOST_PAGES = 100
AT_ONCE = 4
UNREADABLE = "the host's answer could not be read"

TYPES = {
    "pip": "pypi",
    "rubygems": "gem",
    "go": "golang",
    "rust": "cargo",
    "actions": "githubactions",
    "erlang": "hex",
}
"""What purl calls the ecosystems that the host calls otherwise."""

SEVERITIES = {
    "none": Severity.INFO,
    "note": Severity.LOW,
    "warning": Severity.MEDIUM,
    "error": Severity.HIGH,
    "moderate": Severity.MEDIUM,
}
"""Steps of code scanning that have other names than ours."""


class _Refused(Exception):
    """A list that the host doesn't give, and why."""


async def owner_alerts(
    transport: Transport, owner: str, priority: Priority
) -> tuple[AlertList, ...]:
    """Every open alert of an organisation's repositories.

    Raises:
        HostError: none of the lists could be asked for.
    """
    return await _each_kind(lambda kind: _of_owner(transport, owner, kind, priority))


async def repository_alerts(
    transport: Transport, full_names: Collection[str], priority: Priority
) -> tuple[AlertList, ...]:
    """Every open alert of these repositories, a request a list and repository.

    Raises:
        HostError: none of the lists could be asked for.
    """
    return await _each_kind(lambda kind: _of_each(transport, full_names, kind, priority))


async def _each_kind(read: Callable[[Kind], Any]) -> tuple[AlertList, ...]:
    lists: dict[Kind, AlertList] = {}
    failures: list[HostError] = []

    async def one(kind: Kind) -> None:
        try:
            lists[kind] = await read(kind)
        except HostError as error:
            failures.append(error)

    async with anyio.create_task_group() as tasks:
        for kind in get_args(Kind):
            tasks.start_soon(one, kind)
    if failures and not lists:
        raise failures[0]
    return tuple(lists[kind] for kind in get_args(Kind) if kind in lists)


async def _of_owner(transport: Transport, owner: str, kind: Kind, priority: Priority) -> AlertList:
    at = transport.clock()
    try:
        found = await _list(transport, f"/orgs/{quote(owner)}/{PATHS[kind]}/alerts", kind, priority)
        alerts: defaultdict[str, list[SecurityAlert]] = defaultdict(list)
        for each in found:
            alerts[each["repository"]["full_name"]].append(read_alert(kind, each))
    except _Refused as refused:
        return AlertList(kind, at, reason=str(refused))
    except NONSENSE:
        return AlertList(kind, at, reason=UNREADABLE)
    return AlertList(kind, at, {name: tuple(found) for name, found in alerts.items()})


async def _of_each(
    transport: Transport, full_names: Collection[str], kind: Kind, priority: Priority
) -> AlertList:
    at = transport.clock()
    alerts: dict[str, tuple[SecurityAlert, ...]] = {}
    untold: dict[str, str] = {}
    failures: list[HostError] = []
    some = anyio.Semaphore(AT_ONCE)

    async def one(name: str) -> None:
        async with some:
            try:
                path = f"/repos/{quote(name)}/{PATHS[kind]}/alerts"
                found = await _list(transport, path, kind, priority)
                alerts[name] = tuple(read_alert(kind, each) for each in found)
            except _Refused as refused:
                untold[name] = str(refused)
            except NONSENSE:
                untold[name] = UNREADABLE
            except HostError as error:
                untold[name] = error.message
                failures.append(error)

    async with anyio.create_task_group() as tasks:
        for name in full_names:
            tasks.start_soon(one, name)
    if failures and len(failures) == len(untold) and not alerts:
        raise failures[0]
    return AlertList(kind, at, alerts, frozenset(full_names), untold)


async def _list(
    transport: Transport, path: str, kind: Kind, priority: Priority
) -> list[Mapping[str, Any]]:
    """All pages of a list; the host names the next page itself."""
    params = {**OPEN, "hide_secret": "true"} if kind == "secret" else OPEN
    spend = Spend("alerts", priority)
    found: list[Mapping[str, Any]] = []
    following: str | None = None
    for _ in range(MOST_PAGES):
        if following is None:
            reply = await transport.get(path, spend, params, unkept=UNKEPT)
        else:
            reply = await transport.get(following, spend, unkept=UNKEPT)
        page = listed(reply.data)
        if reply.status != 200 or page is None:
            raise _Refused(reason(reply))
        found += map(mapping, page)
        following = next_page(reply)
        if following is None:
            return found
    raise _Refused(f"more than {len(found)} alerts")


def next_page(reply: Reply) -> str | None:
    """The address of the page after this one, as the host gives it."""
    for part in reply.headers.get("Link", "").split(","):
        address, _, relation = part.partition(";")
        if 'rel="next"' in relation:
            return str(address.strip().strip("<>"))
    return None


def read_alert(kind: Kind, value: Mapping[str, Any]) -> SecurityAlert:
    """One alert of a list.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: the host's answer is none.
    """
    read = {"dependency": _dependency, "code": _code, "secret": _secret}[kind]
    return SecurityAlert(
        kind=kind,
        number=value["number"],
        created_at=value["created_at"],
        url=plain(value.get("html_url") or "", 400),
        **read(value),
    )


def _dependency(value: Mapping[str, Any]) -> dict[str, Any]:
    dependency, advisory = value["dependency"], value["security_advisory"]
    flaw = value["security_vulnerability"]
    fixed = flaw.get("first_patched_version")
    scope = dependency.get("scope")
    return {
        "severity": _severity(flaw.get("severity") or advisory.get("severity")),
        "summary": plain(advisory.get("summary") or "", 300),
        "location": plain(dependency.get("manifest_path") or "", 300),
        "package": purl(dependency["package"]["ecosystem"], dependency["package"]["name"]),
        "advisory": plain(advisory["ghsa_id"], 50),
        "fixed": plain(fixed["identifier"], 100) if fixed else None,
        "scope": scope if scope in ("runtime", "development") else None,
    }


def _code(value: Mapping[str, Any]) -> dict[str, Any]:
    rule = value["rule"]
    place = mapping(mapping(value.get("most_recent_instance")).get("location"))
    line = f":{place['start_line']}" if place.get("start_line") else ""
    return {
        "severity": _severity(rule.get("security_severity_level") or rule.get("severity")),
        "summary": plain(rule.get("description") or rule.get("name") or rule.get("id") or "", 300),
        "location": f"{plain(place.get('path') or '', 300)}{line}",
    }


def _secret(value: Mapping[str, Any]) -> dict[str, Any]:
    """A secret that is known to work is critical; whether another does is not known."""
    working = value.get("validity") == "active"
    named = value.get("secret_type_display_name") or value.get("secret_type") or "secret"
    return {
        "severity": Severity.CRITICAL if working else Severity.HIGH,
        "summary": plain(named, 300),
    }


def _severity(named: str | None) -> Severity:
    """Ours for the host's; what it doesn't rate is of middling severity, not harmless."""
    known = {**SEVERITIES, **{each.value: each for each in Severity}}
    return known.get(named or "", Severity.MEDIUM)


def purl(ecosystem: str, name: str) -> str:
    """The package URL, without version, of what the host calls `name` in `ecosystem`."""
    kind = TYPES.get(ecosystem.lower(), ecosystem.lower())
    if kind == "pypi":
        name = name.lower().replace("_", "-")
    elif kind == "maven":
        name = name.replace(":", "/")
    parts = "/".join(quote(part, safe="") for part in plain(name, 300).split("/"))
    return f"pkg:{plain(kind, 50)}/{parts}"
