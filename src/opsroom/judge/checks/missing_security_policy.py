"""No security policy is tracked."""

from collections.abc import Iterator

from opsroom.judge.subjects import absent
from opsroom.model.check import Check, Outcome
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a repository."""
    return absent(snapshot, "security policy", lambda files: files.security_policy)


CHECK = Check(
    look=look,
    severity=Severity.INFO,
    public=Severity.LOW,
    what="No SECURITY.md is tracked (top, .github or docs).",
    why="Who finds a hole doesn't know whom to tell in private, and opens a public issue.",
    fix="Add SECURITY.md: where to report, and how soon an answer comes.",
)
