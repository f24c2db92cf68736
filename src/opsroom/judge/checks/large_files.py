"""Large files are tracked."""

from collections.abc import Iterator
from datetime import datetime

from opsroom.judge.subjects import NO_CLONE, present
from opsroom.judge.wording import counted, listed, size
from opsroom.model.check import Check, Outcome, unknown, yes
from opsroom.model.limits import Limits
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Files, Snapshot

REFUSED = 100 * 1024 * 1024
"""Bytes: GitHub refuses a push that holds a larger file (docs.github.com, "About large files")."""


def look(
    snapshot: Snapshot, before: Snapshot | None, limits: Limits, now: datetime
) -> Iterator[Outcome]:
    """One outcome a repository."""
    sizes: dict[str, int] = {}

    def tell(paths: tuple[str, ...]) -> Outcome:
        biggest = sorted(paths, key=lambda path: (-sizes[path], path))
        named = listed([f"{path} ({size(sizes[path])})" for path in biggest])
        message = f"{counted(len(paths), 'tracked file')} over {size(limits.large_file)}: {named}"
        refused = sizes[biggest[0]] > REFUSED
        severity = Severity.MEDIUM if refused else None
        return yes(message, location=biggest[0], severity=severity)

    def pick(files: Files) -> list[str]:
        large = {each.path: each.size for each in files.large if each.size > limits.large_file}
        sizes.update(large)
        return list(large)

    if not snapshot.clones:
        return iter((unknown(NO_CLONE),))
    return present(snapshot, pick, tell)


CHECK = Check(
    look=look,
    severity=Severity.LOW,
    what="Files over 10 MB are tracked, as Git stores them. Medium over 100 MB, which GitHub "
    "refuses.",
    why="Every clone carries every version for ever, and deleting the file doesn't make it "
    "smaller.",
    fix="Move it to Git LFS (`git lfs migrate import`), a release or a package; then ignore it.",
)
