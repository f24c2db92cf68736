"""HEAD names a commit and no branch."""

from collections.abc import Iterator

from opsroom.judge.subjects import of_worktrees
from opsroom.model.check import Check, Outcome, no, yes
from opsroom.model.severity import Severity
from opsroom.model.snapshot import CloneFacts, Snapshot, Worktree


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a work tree. An operation in progress detaches HEAD by itself."""
    return of_worktrees(snapshot, _tell)


def _tell(tree: Worktree, _: CloneFacts) -> Outcome:
    if tree.branch or not tree.head or tree.operation:
        return no(tree.path)
    at = f"HEAD is detached at {tree.head[:7]}"
    if tree.orphaned_commits:
        return yes(
            f"{at}, and no branch or tag holds that commit",
            subject=tree.path,
            severity=Severity.HIGH,
            fix="Give the commits a branch before anything else: `git switch -c NAME`.",
        )
    unsure = " (whether a branch holds it could not be told)" * (tree.orphaned_commits is None)
    return yes(at + unsure, subject=tree.path)


CHECK = Check(
    look=look,
    severity=Severity.LOW,
    personal=Severity.INFO,
    what="HEAD is detached. High where no branch or tag holds the commit.",
    why="New commits belong to no branch; the next `git switch` leaves them behind, to be deleted.",
    fix="`git switch BRANCH` goes back to a branch; `git switch -c NAME` keeps what was done here.",
)
