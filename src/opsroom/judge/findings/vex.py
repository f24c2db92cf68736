"""What VEX statements decide about findings.

A statement that a flaw doesn't matter (`not_affected`) or is mended (`fixed`) suppresses what is
known of that flaw, with its words as the reason. One that it does matter takes back what an earlier
statement suppressed, and nothing that a person did.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from opsroom.judge.findings.moves import Moves
from opsroom.judge.findings.suppression import condition_of
from opsroom.model.finding import FindingState, KeptFinding, Suppression
from opsroom.model.purl import package_key
from opsroom.model.vex import Statement, VexStatus

SILENT = frozenset({VexStatus.NOT_AFFECTED, VexStatus.FIXED})
UNEXPLAINED = "no reason was given"

Said = tuple[str, Statement]
"""A statement, with the name of the file that says it."""


def is_about(statement: Statement, kept: KeptFinding) -> bool:
    """Return whether a statement is about the flaw, the package and the version of a finding."""
    told = kept.finding.advisory
    if told is None or {told.id, *told.aliases}.isdisjoint(statement.advisory):
        return False
    if not statement.packages:
        return True
    mine = package_key(told.package)
    for purl in statement.packages:
        path, version = _parted(purl)
        if package_key(path) == mine and version in {"", told.version}:
            return True
    return False


def _parted(purl: str) -> tuple[str, str]:
    """Return a purl without version and qualifiers, and its version."""
    bare = purl.partition("?")[0].partition("#")[0]
    name, at, version = bare.rpartition("@")
    return (name, version) if at and "/" in name and "/" not in version else (bare, "")


def newest(said: Iterable[Said]) -> Said | None:
    """Return the statement that counts: the newest where all are dated, else the last."""
    several = list(said)
    if not several:
        return None
    dated = [each for each in several if each[1].at is not None]
    return max(dated, key=_at) if len(dated) == len(several) else several[-1]


def _at(said: Said) -> float:
    return said[1].at.timestamp() if said[1].at else 0.0


def decided(kept: KeptFinding, said: Said, by: str, now: datetime) -> KeptFinding | None:
    """Return a finding as a statement leaves it; None: as it is."""
    file, statement = said
    known = kept.suppression if kept.state is FindingState.SUPPRESSED else None
    if statement.status not in SILENT:
        if known is None or not known.vex:
            return None
        return kept.model_copy(update={"state": FindingState.OPEN, "suppression": None})
    words = statement.why or statement.justification.replace("_", " ") or UNEXPLAINED
    vex = ":".join(filter(None, (statement.status.value, statement.justification)))
    reason = f"{statement.status.value.replace('_', ' ')}: {words} ({file})"
    if known is not None and (not known.vex or (known.vex, known.reason) == (vex, reason)):
        return None
    why = Suppression(reason=reason, by=by, at=now, vex=vex, condition=condition_of(kept.finding))
    return kept.model_copy(update={"state": FindingState.SUPPRESSED, "suppression": why})


def silenced(moves: Moves, said: Sequence[Said], by: str, now: datetime) -> Moves:
    """Return moves in which what opened, and was said before not to matter, is suppressed.

    What was suppressed and counts again is left alone: something about it has changed since.
    """
    if not said or not moves.opened:
        return moves
    opened: list[KeptFinding] = []
    quiet: list[KeptFinding] = []
    for kept in moves.opened:
        counts = newest(each for each in said if is_about(each[1], kept))
        after = decided(kept, counts, by, now) if counts else None
        (opened if after is None else quiet).append(after or kept)
    return replace(moves, opened=tuple(opened), updated=(*moves.updated, *quiet))
