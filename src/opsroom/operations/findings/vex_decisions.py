"""What VEX statements decide about findings.

A statement that a flaw doesn't matter (`not_affected`) or is mended (`fixed`) suppresses what is
known of that flaw, with its words as the reason. One that it does matter takes back what an earlier
statement suppressed, and nothing that a person did.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from opsroom.judge.findings.moves import Moves, happening
from opsroom.judge.findings.suppression import condition_of
from opsroom.model.finding import FindingState, KeptFinding, Suppression
from opsroom.model.purl import package_key
from opsroom.model.vex import Statement, VexStatus
from opsroom.operations.fleet import Row
from opsroom.operations.room import Room
from opsroom.operations.scans.moved import Moved
from opsroom.store.repositories import ids_of

SILENT = frozenset({VexStatus.NOT_AFFECTED, VexStatus.FIXED})
UNEXPLAINED = "no reason was given"


@dataclass(frozen=True, slots=True)
class Decisions:
    """How many findings were suppressed and reopened; statements that no finding is about."""

    suppressed: int = 0
    reopened: int = 0
    without_effect: int = 0


def is_about(statement: Statement, kept: KeptFinding) -> bool:
    """Whether a statement is about the flaw, the package and the version of a finding."""
    told = kept.finding.advisory
    if told is None or {told.id, *told.aliases}.isdisjoint(statement.advisory):
        return False
    if not statement.packages:
        return True
    mine = package_key(told.package)
    for purl in statement.packages:
        path, _, version = _parted(purl)
        if package_key(path) == mine and (not version or version == told.version):
            return True
    return False


def _parted(purl: str) -> tuple[str, str, str]:
    """A purl without qualifiers, cut at the `@` of its version."""
    bare = purl.partition("?")[0].partition("#")[0]
    name, at, version = bare.rpartition("@")
    return (name, at, version) if at and "/" in name and "/" not in version else (bare, "", "")


def decided(
    kept: KeptFinding, statement: Statement, file: str, by: str, now: datetime
) -> KeptFinding | None:
    """A finding as a statement leaves it; None: as it is."""
    silent = statement.status in SILENT
    if not silent:
        told_by_vex = kept.suppression is not None and bool(kept.suppression.vex)
        if kept.state is FindingState.SUPPRESSED and told_by_vex:
            return kept.model_copy(update={"state": FindingState.OPEN, "suppression": None})
        return None
    words = statement.why or statement.justification.replace("_", " ") or UNEXPLAINED
    vex = ":".join(filter(None, (statement.status.value, statement.justification)))
    reason = f"{statement.status.value.replace('_', ' ')}: {words} ({file})"
    known = kept.suppression if kept.state is FindingState.SUPPRESSED else None
    if known is not None and (not known.vex or (known.vex, known.reason) == (vex, reason)):
        return None
    why = Suppression(reason=reason, by=by, at=now, vex=vex, condition=condition_of(kept.finding))
    return kept.model_copy(update={"state": FindingState.SUPPRESSED, "suppression": why})


async def decide_all(
    room: Room, row: Row, statements: Sequence[Statement], file: str, by: str
) -> Decisions:
    """Let statements decide about the findings of a repository, in one transaction.

    Of several statements about one finding the newest counts, else the last.

    Raises:
        StoreError: it can't be written; then nothing is.
    """
    if not statements:
        return Decisions()
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
            if kept.state is FindingState.FIXED or not about:
                continue
            newest = _newest(statements[number] for number in about)
            after = decided(kept, newest, file, by, moved.now)
            if after is not None:
                (suppressed if after.suppression else reopened).append(after)
        (number,) = (await ids_of(connection, [key])).values()
        moved.note(number, fresh, [Moves(updated=(*suppressed, *reopened))])
        for kind, several in (("suppressed", suppressed), ("reopened", reopened)):
            for each in several:
                why = each.suppression.reason if each.suppression else f"said by {file}"
                moved.tell(fresh, happening(f"finding.{kind}", fresh.name, each.finding, why))
        await moved.save(connection)
    await room.refresh()
    return Decisions(len(suppressed), len(reopened), len(statements) - len(used))


def _newest(statements: Iterable[Statement]) -> Statement:
    several = list(statements)
    dated = [each for each in several if each.at is not None]
    return max(dated, key=_at) if len(dated) == len(several) else several[-1]


def _at(statement: Statement) -> float:
    return statement.at.timestamp() if statement.at else 0.0
