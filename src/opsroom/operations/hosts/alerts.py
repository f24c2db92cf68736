"""Recording the alerts that a host raised itself: lists of a whole owner, taken apart."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import anyio.lowlevel

from opsroom.clients.host import AlertList
from opsroom.model.facts import Unknown
from opsroom.model.host import Remote, Security, SecurityAlert, Untold
from opsroom.model.snapshot import Snapshot
from opsroom.operations.draft import Draft
from opsroom.operations.fleet import Row
from opsroom.settings import HostSource

if TYPE_CHECKING:
    from opsroom.operations.room import Room

BATCH = 50
"""Repositories that are recorded in one transaction, in which nothing else is: a webhook waits."""

KINDS = ("dependency", "code", "secret")
NOT_HAD = "its list could not be had"


async def record_alerts(
    room: "Room", source: HostSource, lists: Sequence[AlertList], *, moved_only: bool = False
) -> None:
    """Write what lists of alerts say of every repository of a source that they cover.

    A repository that no list speaks of stays as it was. `moved_only`: the others are not written
    either, as of ten thousand only a few have moved when one was heard of.
    """
    await room.refresh()
    lists = [_lowered(each) for each in lists]
    rows = room.fleet.of_source(source.key)
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]
        if moved_only:
            some = [row for row in some if _has_moved(row, source, lists)]
            await anyio.lowlevel.checkpoint()
        if not some:
            continue
        async with room.store.write() as connection:
            await room.fleet.refresh(connection)
            draft = Draft(room.limits, room.now())
            for known in some:
                row = room.fleet.get(known.repository.key)
                after = _after(row, source, lists) if row else None
                if row and after:
                    draft.judge(row, after)
            await draft.save(connection, room.fleet)
        await room.refresh()


def _has_moved(row: Row, source: HostSource, lists: Sequence[AlertList]) -> bool:
    """Whether lists say anything else of a repository than was known."""
    known, after = row.snapshot.security, _after(row, source, lists)
    told = after.security if after else None
    if not (isinstance(told, Security) and isinstance(known, Security)):
        return told is not None
    return told != known.model_copy(update={"at": told.at})


def _after(row: Row, source: HostSource, lists: Sequence[AlertList]) -> Snapshot | None:
    """The snapshot with what the lists say of it; None where they say nothing."""
    remote = row.snapshot.remote
    if not isinstance(remote, Remote) or source.key not in row.repository.sources:
        return None
    name = remote.full_name.lower()
    about = [each for each in lists if each.covered is None or name in each.covered]
    security = security_of(row.snapshot.security, name, source, about) if about else None
    return row.snapshot.model_copy(update={"security": security}) if security else None


def security_of(
    known: Security | Unknown | None, name: str, source: HostSource, lists: Sequence[AlertList]
) -> Security | None:
    """The alerts of one repository; None when none is newer. All names are in lower case.

    A kind that no list is of stays as it was known, and the group as old as that makes it. One
    whose list could not be had is unknown.
    """
    asked = min(each.at for each in lists)
    if known is not None and known.at > asked:
        return None
    before = known if isinstance(known, Security) else None
    older = before is not None and {each.kind for each in lists} != set(KINDS)
    at = before.at if before and older else asked
    told: dict[str, tuple[SecurityAlert, ...] | None] = {
        kind: getattr(before, kind) if before else None for kind in KINDS
    }
    untold = {each.fact: each for each in before.untold} if before else {}
    for each in lists:
        reason = each.reason or each.untold.get(name, "")
        told[each.kind] = None if reason else each.alerts.get(name, ())
        untold.pop(each.kind, None)
        if reason:
            untold[each.kind] = Untold(fact=each.kind, reason=reason)
    for kind in KINDS:
        if told[kind] is None:
            untold.setdefault(kind, Untold(fact=kind, reason=NOT_HAD))
    return Security(
        at=at,
        source=source.key,
        untold=tuple(untold.values()),
        dependency=told["dependency"],
        code=told["code"],
        secret=told["secret"],
    )


def _lowered(alerts: AlertList) -> AlertList:
    """The same list with names in lower case, once for all repositories."""
    return replace(
        alerts,
        alerts={name.lower(): found for name, found in alerts.alerts.items()},
        untold={name.lower(): reason for name, reason in alerts.untold.items()},
        covered=alerts.covered and frozenset(name.lower() for name in alerts.covered),
    )
