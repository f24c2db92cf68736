"""Letting VEX statements decide about the findings of a repository, now and later."""

from collections.abc import Sequence
from dataclasses import dataclass

from opsroom.judge.findings.moves import Moves, happening
from opsroom.judge.findings.vex import decided, is_about, newest
from opsroom.model.finding import FindingState, KeptFinding
from opsroom.model.vex import Statement
from opsroom.operations.fleet import Row
from opsroom.operations.room import Room
from opsroom.operations.scans.moved import Moved
from opsroom.store.repositories import ids_of
from opsroom.store.statements import save_statements


@dataclass(frozen=True, slots=True)
class Decisions:
    """How many findings were suppressed and reopened; statements that no finding is about yet."""

    suppressed: int = 0
    reopened: int = 0
    waiting: int = 0


async def decide_all(
    room: Room, row: Row, statements: Sequence[Statement], file: str, by: str
) -> Decisions:
    """Keep what a file says, and let it decide about findings, in one transaction.

    What it says of a flaw that is found later counts then.

    Raises:
        StoreError: it can't be written; then nothing is.
    """
    suppressed: list[KeptFinding] = []
    reopened: list[KeptFinding] = []
    used: set[int] = set()
    async with room.store.write() as connection:
        await room.fleet.refresh(connection)
        key = row.repository.key
        fresh = room.fleet.get(key) or row
        moved = Moved(room.now())
        for kept in fresh.kept:
            about = [n for n, each in enumerate(statements) if is_about(each, kept)]
            used.update(about)
            said = newest((file, statements[number]) for number in about)
            if said is None or kept.state is FindingState.FIXED:
                continue
            after = decided(kept, said, by, moved.now)
            if after is not None:
                (suppressed if after.suppression else reopened).append(after)
        (number,) = (await ids_of(connection, [key])).values()
        await save_statements(connection, number, file, statements)
        moved.note(number, fresh, [Moves(updated=(*suppressed, *reopened))])
        for kind, several in (("suppressed", suppressed), ("reopened", reopened)):
            for each in several:
                why = each.suppression.reason if each.suppression else f"said by {file}"
                moved.tell(fresh, happening(f"finding.{kind}", fresh.name, each.finding, why))
        await moved.save(connection)
    await room.refresh()
    return Decisions(len(suppressed), len(reopened), len(statements) - len(used))
