"""No README is tracked."""

from collections.abc import Iterator

from opsroom.judge.subjects import COMMUNITY, absent
from opsroom.model.check import Check, Outcome
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a repository."""
    return absent(snapshot, "README", lambda files: files.readme, hides=COMMUNITY)


CHECK = Check(
    look=look,
    severity=Severity.LOW,
    personal=Severity.INFO,
    public=Severity.MEDIUM,
    what="No README is tracked at the top.",
    why="Whoever comes here, a year from now too, has to find out what this is and how it runs.",
    fix="Write a README.md: what this is, how it is run, where it is deployed.",
)
