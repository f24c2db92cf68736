"""Recording the alerts that a host raised itself: lists of a whole owner, taken apart."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from opsroom.clients.host import AlertList
from opsroom.model.facts import Unknown
from opsroom.model.host import Remote, Security, SecurityAlert, Untold
from opsroom.model.snapshot import Snapshot
from opsroom.operations.draft import Draft
from opsroom.operations.fleet import Row
from opsroom.settings import HostSource

if TYPE_CHECKING:
    from opsroom.operations.room import Room

BATCH = 100
"""Repositories that are recorded in one transaction."""

KINDS = ("dependency", "code", "secret")


async def record_alerts(room: "Room", source: HostSource, lists: Sequence[AlertList]) -> None:
    """Write what lists of alerts say of every repository of a source that they cover.

    A repository that no list speaks of stays as it was.
    """
    await room.refresh()
    lists = [_lowered(each) for each in lists]
    keys = [row.repository.key for row in room.fleet.of_source(source.key)]
    for start in range(0, len(keys), BATCH):
        async with room.store.write() as connection:
            await room.fleet.refresh(connection)
            draft = Draft(room.limits, room.now())
            for key in keys[start : start + BATCH]:
                row = room.fleet.get(key)
                after = _after(row, source, lists) if row else None
                if row and after:
                    draft.judge(row, after)
            await draft.save(connection, room.fleet)
        await room.refresh()


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

    A kind that no list is of stays as it was known. One whose list could not be had is unknown.
    """
    at = min(each.at for each in lists)
    if known is not None and known.at > at:
        return None
    before = known if isinstance(known, Security) else None
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
