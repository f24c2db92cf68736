"""Triage of findings: what somebody decided about one, for how long, and why.

A finding that is suppressed doesn't count: not in the health of its repository, not in lists, until
its time is over or what its suppression rests on changes (`judge/findings/suppression.py`).
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from opsroom.errors import Call, NotFound, UsageError
from opsroom.judge.findings.moves import Moves, happening, lapsed_moved
from opsroom.judge.findings.suppression import condition_of, lapsed
from opsroom.model.finding import FindingState, KeptFinding, Suppression
from opsroom.model.text import plain
from opsroom.operations.fleet import Row
from opsroom.operations.scans.moved import Moved
from opsroom.store.findings import find
from opsroom.store.repositories import ids_of

if TYPE_CHECKING:
    from opsroom.operations.room import Room

REASON = 500
"""Characters of a reason."""

Decide = Callable[[KeptFinding, datetime], KeptFinding]


async def suppress(
    room: "Room", finding: str, reason: str, by: str, until: datetime | None = None, vex: str = ""
) -> KeptFinding:
    """Let a finding (by its id) not count until then, or for good; gives it as it is now.

    Doing so again changes the reason and the time. `vex` is the status of a statement that says
    the same (`not_affected`, ...).

    Raises:
        NotFound: there is no such finding for this caller.
        UsageError: no reason, a time that is over, or a finding that is fixed.
        StoreError: it can't be written.
    """
    said = plain(reason.strip(), REASON)
    if not said:
        raise UsageError("a suppression needs a reason", "say why it doesn't count: `reason`")

    def decide(kept: KeptFinding, now: datetime) -> KeptFinding:
        if until is not None and until <= now:
            raise UsageError("`until` is over already", "give a time to come, or leave it out")
        if kept.state is FindingState.FIXED:
            raise UsageError(f"{kept.finding.id} is fixed", "there is nothing to suppress")
        why = Suppression(
            reason=said,
            by=plain(by, 100),
            at=now,
            until=until,
            vex=vex,
            condition=condition_of(kept.finding),
        )
        return kept.model_copy(update={"state": FindingState.SUPPRESSED, "suppression": why})

    return await _decided(room, finding, decide, "finding.suppressed", said, by)


async def reopen(room: "Room", finding: str, reason: str, by: str) -> KeptFinding:
    """Let a suppressed finding (by its id) count again; gives it as it is now.

    Raises:
        NotFound: there is no such finding for this caller.
        UsageError: it is not suppressed.
        StoreError: it can't be written.
    """

    def decide(kept: KeptFinding, now: datetime) -> KeptFinding:
        if kept.state is not FindingState.SUPPRESSED:
            raise UsageError(
                f"{kept.finding.id} is {kept.state.value}, not suppressed",
                "only what is suppressed can be reopened",
            )
        return kept.model_copy(update={"state": FindingState.OPEN, "suppression": None})

    said = plain(reason.strip(), REASON)
    return await _decided(room, finding, decide, "finding.reopened", said, by)


async def end_lapsed(room: "Room") -> int:
    """Reopen what was suppressed until now, or rests on what is no longer so; gives how many."""
    await room.refresh()
    now = room.now()
    if not any(_has_lapsed(row, now) for row in room.fleet):
        return 0
    count = 0
    async with room.store.write() as connection:
        await room.fleet.refresh(connection)
        rows = {row.repository.key: row for row in room.fleet if _has_lapsed(row, now)}
        moved = Moved(now)
        for key, number in (await ids_of(connection, rows)).items():
            moves = lapsed_moved(rows[key].kept, now)
            count += len(moves.reopened)
            moved.note(number, rows[key], [moves])
        await moved.save(connection)
    await room.refresh()
    return count


def _has_lapsed(row: Row, now: datetime) -> bool:
    return any(
        kept.state is FindingState.SUPPRESSED and lapsed(kept.suppression, kept.finding, now)
        for kept in row.kept
    )


async def _decided(
    room: "Room", finding: str, decide: Decide, kind: str, reason: str, by: str
) -> KeptFinding:
    """Write what was decided about one finding, with its event."""
    async with room.store.write() as connection:
        await room.fleet.refresh(connection)
        found = await find(connection, finding)
        key, kept = found or ("", None)
        row = next((each for each in room.rows() if each.repository.key == key), None)
        if row is None or kept is None:
            raise NotFound(
                f"no finding {plain(finding, 80)!r} here",
                "the tool findings lists them with their ids",
                [Call("findings", {}, "lists findings with their ids")],
            )
        moved = Moved(room.now())
        after = decide(kept, moved.now)
        (number,) = (await ids_of(connection, [key])).values()
        moved.note(number, row, [Moves(updated=(after,))])
        told = happening(kind, row.name, after.finding, reason)
        until = after.suppression.until if after.suppression else None
        more = {"by": plain(by, 100), "until": until.isoformat() if until else None}
        moved.tell(row, told.model_copy(update={"data": {**told.data, **more}}))
        await moved.save(connection)
    await room.refresh()
    return after
