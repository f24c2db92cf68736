"""Tracked files of a work tree differ from its last commit."""

from collections.abc import Iterator

from opsroom.judge.subjects import of_worktrees
from opsroom.judge.wording import counted, listed
from opsroom.model.check import Check, Outcome, no, unknown, yes
from opsroom.model.severity import Severity
from opsroom.model.snapshot import CloneFacts, Snapshot, Worktree


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a work tree."""
    return of_worktrees(snapshot, _tell)


def _tell(tree: Worktree, _: CloneFacts) -> Outcome:
    if tree.dirty:
        counts = {"modified": tree.modified, "staged": tree.staged, "conflicted": tree.conflicts}
        message = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
        named = listed(tree.examples[: _surely(tree)], total=_surely(tree))
        return yes(f"{message}: {named}" if named else message, subject=tree.path)
    if tree.unfiltered:
        files = counted(tree.unfiltered, "file")
        return unknown(f"{files} of a filter (such as Git LFS) could not be compared", tree.path)
    return no(tree.path)


def _surely(tree: Worktree) -> int:
    """How many of the examples are changes: a path may count as staged and as modified."""
    return 0 if tree.unfiltered else max(tree.staged, tree.modified) + tree.conflicts


CHECK = Check(
    look=look,
    severity=Severity.LOW,
    what="Tracked files of a work tree differ from its last commit.",
    why="Work that is not committed is in one place only, and is in the way of the next pull.",
    fix="Look with `git diff HEAD`, then `git commit -a`, or `git restore .` what nobody needs.",
)
