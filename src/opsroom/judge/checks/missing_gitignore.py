"""No .gitignore is tracked."""

from collections.abc import Iterator

from opsroom.judge.subjects import absent
from opsroom.model.check import Check, Outcome
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a repository."""
    return absent(snapshot, ".gitignore", lambda files: files.gitignore)


CHECK = Check(
    look=look,
    severity=Severity.LOW,
    personal=Severity.INFO,
    what="No .gitignore is tracked at the top.",
    why="Build output, editor files and local secrets are one `git add .` from being committed.",
    fix="Add a .gitignore for the languages in use (github.com/github/gitignore has them).",
)
