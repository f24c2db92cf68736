"""What a diagnosis says of hosts: who the token is, what it may do, and what is unknown therefore.

Every source asks its host a few small questions, all at the same time. Nothing is changed, and no
token is ever said.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import anyio

from opsroom.clients.host import HostError, Later, NotLetIn, Right, Rights
from opsroom.errors import OpsroomError, StoreError
from opsroom.model.budget import Budget
from opsroom.observe.sources.github import same_tokens, standing
from opsroom.operations.budget import is_low
from opsroom.operations.hosts.watch import ASKED
from opsroom.operations.parts import Part, State, broken, note, unasked, works
from opsroom.settings import HostSource, Settings
from opsroom.store.deliveries import last_received
from opsroom.store.gaps import load_gaps
from opsroom.store.peek import peek
from opsroom.store.place import Place

SOON = timedelta(days=14)
"""A token that lives no longer than this is worth a word."""

WITHIN = 25.0
"""Seconds for all questions to one host."""

LATELY = timedelta(days=3)
"""Webhooks that came since then came lately; a host remembers deliveries as long."""


async def host_parts(settings: Settings) -> list[Part]:
    """How each source of a host is, in the order of the settings. Nothing raises."""
    found: dict[str, list[Part]] = {}

    async def look(source: HostSource) -> None:
        found[source.key] = await source_parts(settings, source)

    async with anyio.create_task_group() as tasks:
        for source in settings.hosts:
            tasks.start_soon(look, source)
    return [part for source in settings.hosts for part in found[source.key]]


async def source_parts(settings: Settings, source: HostSource) -> list[Part]:
    """How one source of a host is. Nothing raises."""
    parts = await _asked(source)
    parts.append(await _writes(source))
    parts.append(await _webhooks(settings, source))
    return parts


async def _asked(source: HostSource) -> list[Part]:
    name = f"source {source.key}"
    try:
        rights, budget = await standing(source, within=WITHIN)
    except NotLetIn as error:
        return [broken(name, _explained(source, error))]
    except Later as error:
        until = f" until {error.until:%H:%M} UTC" if error.until else ""
        return [unasked(name, OpsroomError(f"{error.message}{until}", "ask again after that"))]
    except HostError as error:
        away = f"look at the network and at base_url ({source.base_url}), or wait: it may be down"
        ill = "look at owner and base_url of the source; if both are right, the host is ill"
        hint = error.hint or (away if error.until else ill)
        return [unasked(name, OpsroomError(error.message, hint))]
    except OpsroomError as error:
        return [broken(name, error)]
    now = datetime.now(UTC)
    return [_who(name, rights, now + rights.apart), *_may(source, rights), *_rest(rights, budget)]


def _explained(source: HostSource, error: NotLetIn) -> OpsroomError:
    """Whose fault it is: the host answered, so it is the credential's."""
    what = "the App's credential" if source.app_id else "the token"
    said = f"{error.message}: {source.host} answers, so the fault lies with {what}"
    return OpsroomError(f"{said} (expired, revoked, or of another host)", error.hint)


def _who(name: str, rights: Rights, now: datetime) -> Part:
    """Who the token is, by the host's clock."""
    kind = {"user": "a token", "app": "an App", "none": "nobody"}[rights.kind]
    scopes = "" if rights.scopes is None else f", scopes {' '.join(rights.scopes) or 'none'}"
    if rights.scopes is None and rights.kind == "user":
        scopes = ", fine-grained: it doesn't tell what it may"
    said = f"answers to {kind} of {rights.login or 'nobody known'}{scopes}"
    if rights.expires_at is None:
        return works(name, said)
    left = rights.expires_at - now
    until = f"{said}; it lives until {rights.expires_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if rights.kind == "app" or left > SOON:
        return works(name, until)
    days = max(0, left.days)
    fix = "make a new one before then, and put it where the settings of the source say"
    return note(name, f"{until}, {days} more day{'' if days == 1 else 's'}", fix)


def _may(source: HostSource, rights: Rights) -> Iterator[Part]:
    """What it may, and one part for each thing that will be unknown because it may not."""
    name = f"{source.key}: rights"
    may = [right.what for right in rights.rights if right.allowed]
    if may:
        yield works(name, f"may {', '.join(may)}")
    for right in rights.rights:
        if not right.allowed:
            yield _lacks(name, source, right)


def _lacks(name: str, source: HostSource, right: Right) -> Part:
    if right.allowed is None:
        return note(name, f"{right.what}: {right.consequence}")
    signs_on = "single sign-on" in f"{right.what} {right.consequence}"
    fix = f"give the token that right ({source.host}), or live without: docs/hosts.md"
    if signs_on:
        fix = "authorise the token for the organisation: in the token's settings, 'configure SSO'"
    state = State.BROKEN if right.what == "read repositories" else State.NOTE
    return Part(part=name, state=state, said=f"may not {right.what}: {right.consequence}", fix=fix)


def _rest(rights: Rights, budget: Budget) -> Iterator[Part]:
    """The budget, and the clock where it is not the host's."""
    told = [bucket for bucket in budget.buckets if bucket.limit is not None]
    name = f"{budget.host}: budget"
    left = ", ".join(f"{each.name} {each.remaining} of {each.limit}" for each in told)
    if not told:
        yield note(name, "the host sets no limit")
    elif any(map(is_low, told)):
        yield note(name, f"low: {left} left", "routine looks wait; something else uses it too")
    else:
        yield works(name, f"{left} left; Opsroom takes at most half")
    if rights.apart:
        seconds = round(abs(rights.apart.total_seconds()))
        side = "behind" if rights.apart > timedelta() else "ahead of"
        said = f"this machine's clock is {seconds} s {side} the host's"
        fix = "set it, with NTP: ages would be told wrong by as much"
        yield note(f"{budget.host}: clock", said, fix)


async def _writes(source: HostSource) -> Part:
    name = f"{source.key}: writes"
    if source.write_token is None:
        return works(name, "no write token, so nothing can be written")
    try:
        if not await same_tokens(source):
            return works(name, "a write token is there, apart from what reads; it never reads")
    except OpsroomError as error:
        return broken(name, error)
    hint = "make another token, and give it only what shall be written"
    return broken(name, OpsroomError("write_token is the token that reads", hint))


async def _webhooks(settings: Settings, source: HostSource) -> Part:
    name = f"{source.key}: webhooks"
    if source.webhook_secret is None:
        fix = "optional: with webhook_secret changes are seen at once: docs/hosts.md"
        return note(name, "no webhook_secret: what moved is seen by sweeps", fix)
    try:
        async with peek(Place.of(settings.store, settings.home)) as connection:
            last = await last_received(connection, source.key, but=ASKED)
            gaps = await load_gaps(connection, [source.key])
    except StoreError as error:
        return note(name, f"webhook_secret is set; whether any came is not known: {error.message}")
    now = datetime.now(UTC)
    late = [gap for gap in gaps if gap.until is None or gap.until > now - LATELY]
    missed = f"; may have been missed {len(late)} times lately ({late[0].reason})" if late else ""
    if last is None:
        fix = "look at the webhook's address, and at its deliveries on the host: docs/hosts.md"
        return note(name, f"webhook_secret is set, and none ever came{missed}", fix)
    said = f"the newest came {last.astimezone(UTC):%Y-%m-%d %H:%M} UTC{missed}"
    if late or last < now - LATELY:
        fix = "sweeps cover for it; look at the webhook's deliveries on the host if it goes on"
        return note(name, said, fix)
    return works(name, said)
