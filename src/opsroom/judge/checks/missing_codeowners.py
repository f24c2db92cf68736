"""No CODEOWNERS is tracked."""

from collections.abc import Iterator

from opsroom.judge.subjects import COMMUNITY, absent
from opsroom.model.check import Check, Outcome
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a repository."""
    return absent(snapshot, "CODEOWNERS", lambda files: files.codeowners, hides=COMMUNITY)


CHECK = Check(
    look=look,
    severity=Severity.INFO,
    what="No CODEOWNERS is tracked.",
    why="Nobody is asked for a review by name, so reviews wait for whoever happens to look.",
    fix="Add .github/CODEOWNERS with a line such as `* @owner`.",
)
