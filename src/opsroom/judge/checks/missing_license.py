"""No license is tracked."""

from collections.abc import Iterator

from opsroom.judge.subjects import absent
from opsroom.model.check import Check, Outcome
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a repository."""
    return absent(snapshot, "license", lambda files: files.license)


CHECK = Check(
    look=look,
    severity=Severity.LOW,
    personal=Severity.INFO,
    public=Severity.MEDIUM,
    what="No LICENSE or COPYING is tracked at the top.",
    why="Without a license nobody else may use, change or share the code.",
    fix="Add the text of a license as LICENSE (choosealicense.com), or say in the README that it "
    "is private.",
)
