"""Dependencies are declared, and no lockfile pins them."""

from collections.abc import Iterator

from opsroom.judge.subjects import present
from opsroom.judge.wording import counted, listed
from opsroom.model.check import Check, Outcome, yes
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a repository."""
    return present(snapshot, lambda files: files.unlocked, _tell)


def _tell(manifests: tuple[str, ...]) -> Outcome:
    count = counted(len(manifests), "manifest")
    return yes(f"{count} without a lockfile: {listed(manifests)}", location=manifests[0])


CHECK = Check(
    look=look,
    severity=Severity.LOW,
    what="A dependency manifest is tracked, and the lockfile that its tool writes is not.",
    why="Two builds of one commit get different versions, and nobody can tell which were in use.",
    fix="Track the lockfile that the package manager writes; it is often in .gitignore by mistake.",
)
