"""The checked-out branch lacks commits that its upstream has."""

from collections.abc import Iterator

from opsroom.judge.hosted import TOO_EARLY, told, unfetched
from opsroom.judge.subjects import SHALLOW, of_worktrees
from opsroom.judge.wording import counted
from opsroom.model.check import Check, Outcome, no, unknown, yes
from opsroom.model.severity import Severity
from opsroom.model.snapshot import CloneFacts, Refs, Snapshot, Worktree


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a work tree."""
    return of_worktrees(snapshot, lambda tree, clone: _tell(tree, clone, snapshot))


def _tell(tree: Worktree, clone: CloneFacts, snapshot: Snapshot) -> Outcome:
    more = _unfetched(tree, clone, snapshot)
    if not tree.behind and more is None:
        return unknown(TOO_EARLY, tree.path)
    if not tree.behind:
        return _beyond(tree, snapshot) if more else no(tree.path)
    if tree.ahead and isinstance(clone.refs, Refs) and clone.refs.shallow:
        return unknown(SHALLOW, tree.path)
    message = f"{tree.branch} is {counted(tree.behind, 'commit')} behind {tree.upstream}"
    if tree.ahead:
        message += f" and {tree.ahead} ahead of it"
    if more:
        message += ", which was not fetched lately"
    return yes(message, subject=tree.path)


def _unfetched(tree: Worktree, clone: CloneFacts, snapshot: Snapshot) -> bool | None:
    """Whether the host has more of the checked-out branch than was ever fetched."""
    if not isinstance(clone.refs, Refs):
        return False
    branch = next((each for each in clone.refs.branches if each.name == tree.branch), None)
    return unfetched(branch, clone.refs, snapshot) if branch else False


def _beyond(tree: Worktree, snapshot: Snapshot) -> Outcome:
    remote = told(snapshot)
    head = f": {remote.head[:7]} was not fetched" if remote and remote.head else ""
    return yes(
        f"{tree.branch} is behind its host by an unknown number of commits{head}",
        subject=tree.path,
        fix="`git fetch` tells how far; then `git pull --ff-only`.",
    )


CHECK = Check(
    look=look,
    severity=Severity.LOW,
    what="The checked-out branch lacks commits that its upstream had at the last fetch, or, on the "
    "default branch, that its host has now.",
    why="What is built, run or edited here is older than what everybody else has.",
    fix="`git pull --ff-only`; where both sides have commits, `git rebase` or `git merge` first.",
)
