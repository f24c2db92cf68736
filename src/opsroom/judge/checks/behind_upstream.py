"""The checked-out branch lacks commits that its upstream has."""

from collections.abc import Iterator

from opsroom.judge.subjects import SHALLOW, of_worktrees
from opsroom.judge.wording import counted
from opsroom.model.check import Check, Outcome, no, unknown, yes
from opsroom.model.severity import Severity
from opsroom.model.snapshot import CloneFacts, Refs, Snapshot, Worktree


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a work tree."""
    return of_worktrees(snapshot, _tell)


def _tell(tree: Worktree, clone: CloneFacts) -> Outcome:
    if not tree.behind:
        return no(tree.path)
    if tree.ahead and isinstance(clone.refs, Refs) and clone.refs.shallow:
        return unknown(SHALLOW, tree.path)
    message = f"{tree.branch} is {counted(tree.behind, 'commit')} behind {tree.upstream}"
    if tree.ahead:
        message += f" and {tree.ahead} ahead of it"
    return yes(message, subject=tree.path)


CHECK = Check(
    look=look,
    severity=Severity.LOW,
    what="The checked-out branch lacks commits that its upstream had at the last fetch.",
    why="What is built, run or edited here is older than what everybody else has.",
    fix="`git pull --ff-only`; where both sides have commits, `git rebase` or `git merge` first.",
)
