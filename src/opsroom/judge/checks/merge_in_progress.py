"""A merge, rebase, cherry-pick, revert, bisect or am was begun and not ended."""

from collections.abc import Iterator

from opsroom.judge.subjects import of_worktrees
from opsroom.judge.wording import counted
from opsroom.model.check import Check, Outcome, no, yes
from opsroom.model.severity import Severity
from opsroom.model.snapshot import CloneFacts, Snapshot, Worktree


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a work tree. Conflicts can outlive the operation (a stash that was popped)."""
    return of_worktrees(snapshot, _tell)


def _tell(tree: Worktree, _: CloneFacts) -> Outcome:
    if not tree.operation and not tree.conflicts:
        return no(tree.path)
    begun = f"{tree.operation} in progress" if tree.operation else "a merge was left unresolved"
    if not tree.conflicts:
        return yes(begun, subject=tree.path)
    conflicts = counted(tree.conflicts, "conflict")
    return yes(f"{begun}, with {conflicts}", subject=tree.path, severity=Severity.HIGH)


CHECK = Check(
    look=look,
    severity=Severity.MEDIUM,
    what="A merge, rebase, cherry-pick, revert, bisect or am was begun and not ended. High with "
    "conflicts.",
    why="The work tree is neither the old state nor the new one: commits, pulls and switches fail "
    "or mix the two.",
    fix="`git status` names the operation: finish it with `--continue`, or undo it with `--abort` "
    "(`git bisect reset`).",
)
