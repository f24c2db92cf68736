"""What a token may do, found out by asking for a little of everything it is needed for.

Only reads, each of one entry. A classic token says its scopes, a fine-grained one and an App say
nothing: what a right leads to is what counts, so every right is tried and not derived.
"""

import re
from datetime import datetime
from urllib.parse import quote

from opsroom.clients.github.credentials import AppInstallation
from opsroom.clients.github.graphql import ask, document
from opsroom.clients.github.node import nodes
from opsroom.clients.github.refusals import NOT_ENABLED, NOT_THERE, reason
from opsroom.clients.github.transport import Spend, Transport
from opsroom.clients.github.wire import Reply
from opsroom.clients.host import HostError, NotLetIn, Priority, Right, Rights
from opsroom.model.shapes import mapping
from opsroom.model.text import plain

SPEND = Spend("rights", Priority.ASKED)
EXPIRY = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (UTC|[+-]\d{4})")
"""How the host writes in a header when a token expires."""


async def rights(transport: Transport, text: str, owner: str, *, organisation: bool) -> Rights:
    """What the token may do for `owner`, and what will be unknown because it may not.

    `text` is the document of a sweep.

    Raises:
        HostError: the host doesn't answer, or doesn't know the token.
    """
    login, scopes, expires_at, sign_on = await _who(transport)
    repositories, first, private = await _repositories(transport, text, owner)
    found = [repositories, _private(scopes, seen=private), *sign_on]
    if first:
        found.append(
            await _try(
                transport,
                "read CI runs",
                f"/repos/{quote(first)}/actions/runs",
                "runs, failing steps and logs are unknown; only the newest commit's state is known",
            )
        )
        found.append(await _protection(transport, first))
    place = f"/orgs/{quote(owner)}" if organisation else f"/repos/{quote(first)}" if first else ""
    if place:
        for what, kind in (
            ("dependency", "dependabot"),
            ("code", "code-scanning"),
            ("secret", "secret-scanning"),
        ):
            path = f"{place}/{kind}/alerts"
            lost = f"{what} alerts of the host are unknown"
            found.append(await _try(transport, f"read {what} alerts", path, lost))
        lost = "webhooks that got lost are found by a sweep alone"
        found.append(await _try(transport, "read webhooks", f"{place}/hooks", lost))
    kind, apart = transport.credential.kind, transport.skew
    return Rights(login, kind, scopes, expires_at, tuple(found), apart)


async def _who(
    transport: Transport,
) -> tuple[str, tuple[str, ...] | None, datetime | None, list[Right]]:
    credential = transport.credential
    if credential.kind != "user":
        reply = await transport.get("/rate_limit", SPEND)
        if reply.status == 401:
            raise NotLetIn(reason(reply))
        if isinstance(credential, AppInstallation):
            return credential.owner, None, credential.expires_at, []
        return "", None, None, []
    reply = await transport.get("/user", SPEND)
    if reply.status not in (200, 403):
        raise NotLetIn(reason(reply))
    said = mapping(reply.data if reply.status == 200 else None)
    named = reply.headers.get("X-OAuth-Scopes")
    scopes = _scopes(named) if named is not None else None
    return plain(str(said.get("login") or ""), 100), scopes, _expiry(reply), _sign_on(reply)


def _scopes(named: str) -> tuple[str, ...]:
    return tuple(stripped for scope in named.split(",") if (stripped := scope.strip()))


def _expiry(reply: Reply) -> datetime | None:
    found = EXPIRY.match(reply.headers.get("GitHub-Authentication-Token-Expiration", ""))
    if found is None:
        return None
    zone = "+0000" if found[3] == "UTC" else found[3]
    return datetime.strptime(f"{found[1]} {found[2]} {zone}", "%Y-%m-%d %H:%M:%S %z")


def _sign_on(reply: Reply) -> list[Right]:
    """Organisations left out because the token is not authorised for them."""
    if not reply.headers.get("X-GitHub-SSO"):
        return []
    lost = "organisations that ask for single sign-on are left out: authorise the token for them"
    return [Right("single sign-on", False, lost)]


async def _repositories(transport: Transport, text: str, owner: str) -> tuple[Right, str, bool]:
    """Whether the owner's repositories are listed, one of them, and whether one is private."""
    what = "read repositories"
    spend = Spend("rights", Priority.ASKED, "graphql")
    told = await ask(transport, text, {"login": owner, "cursor": None}, spend)
    found = mapping(told.data.get("repositoryOwner"))
    fault = told.fault("repositoryOwner", "repositories")
    if fault is not None or not isinstance(found.get("repositories"), dict):
        why = fault.reason if fault else NOT_THERE
        return Right(what, False, f"nothing is known of {plain(owner, 100)} ({why})"), "", False
    listed = list(nodes(mapping(found["repositories"])))
    if not listed:
        none = f"{plain(owner, 100)} has no repository, or none for this token"
        return Right(what, None, none), "", False
    private = any(each.get("isPrivate") for each in listed)
    return Right(what, True), str(listed[0]["nameWithOwner"]), private


def _private(scopes: tuple[str, ...] | None, *, seen: bool) -> Right:
    what = "read private repositories"
    if seen:
        return Right(what, True)
    if scopes is not None and "repo" not in scopes:
        return Right(what, False, "private repositories are missing (the token needs scope repo)")
    return Right(
        what, None, "no private repository was seen: there is none, or none for this token"
    )


async def _try(transport: Transport, what: str, path: str, lost: str) -> Right:
    try:
        reply = await transport.get(path, SPEND, {"per_page": 1}, unkept=("secret",))
    except NotLetIn:
        raise
    except HostError as error:
        return Right(what, None, f"{lost} ({error.message})")
    if reply.status == 200:
        return Right(what, True)
    why = reason(reply)
    off = any(word in why.lower() for word in NOT_ENABLED)
    return Right(what, None if off else False, f"{lost} ({why})")


async def _protection(transport: Transport, full_name: str) -> Right:
    """Rules are told to administrators; others are told that there are none."""
    what, lost = "read branch protection", "whether branches are protected is unknown"
    owner, _, name = full_name.partition("/")
    spend = Spend("rights", Priority.ASKED, "graphql")
    try:
        told = await ask(transport, document("protection"), {"owner": owner, "name": name}, spend)
    except NotLetIn:
        raise
    except HostError as error:
        return Right(what, None, f"{lost} ({error.message})")
    fault = told.fault("repository")
    if fault is not None:
        return Right(what, False, f"{lost} ({fault.reason})")
    repository = mapping(told.data.get("repository"))
    rules = mapping(repository.get("branchProtectionRules"))
    if rules.get("totalCount") or repository.get("viewerPermission") in (None, "ADMIN"):
        return Right(what, True)
    return Right(what, False, f"{lost} where the token's owner is no administrator")
