"""Installed dependencies are tracked."""

from collections.abc import Iterator

from opsroom.judge.subjects import present
from opsroom.judge.wording import counted, listed
from opsroom.model.check import Check, Outcome, yes
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a repository."""
    return present(snapshot, lambda files: files.vendored, _tell)


def _tell(folders: tuple[str, ...]) -> Outcome:
    count = counted(len(folders), "folder")
    return yes(f"{count} of installed dependencies tracked: {listed(folders)}", location=folders[0])


CHECK = Check(
    look=look,
    severity=Severity.MEDIUM,
    what="A folder that a package manager fills (`node_modules`, `.venv`) is tracked.",
    why="Every change drowns in files nobody wrote, and what runs is whatever was committed, "
    "holes included.",
    fix="Name it in .gitignore and take it out with `git rm -r --cached FOLDER`; the lockfile "
    "brings it back.",
)
