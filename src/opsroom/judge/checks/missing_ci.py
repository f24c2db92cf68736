"""No CI is configured."""

from collections.abc import Iterator

from opsroom.judge.subjects import absent
from opsroom.model.check import Check, Outcome
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a repository."""
    return absent(snapshot, "CI configuration", lambda files: files.ci)


CHECK = Check(
    look=look,
    severity=Severity.LOW,
    personal=Severity.INFO,
    what="No configuration of a CI system is tracked.",
    why="Nothing tells that a commit broke the build until somebody tries.",
    fix="Add a workflow that builds and tests each push, such as .github/workflows/ci.yml.",
)
