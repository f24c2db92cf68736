"""A branch with work of its own follows no branch of a remote."""

from collections.abc import Iterator

from opsroom.judge.subjects import of_clones
from opsroom.judge.wording import listed
from opsroom.model.check import Check, Outcome, no, yes
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Branch, CloneFacts, Refs, Snapshot


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a clone."""
    return of_clones(snapshot, _tell)


def _tell(refs: Refs, clone: CloneFacts) -> Outcome:
    path = clone.clone.path
    if not refs.remotes or clone.clone.bare:
        return no(path)
    alone = [branch.name for branch in refs.branches if _alone(branch, refs)]
    if not alone:
        return no(path)
    follow = "follows" if len(alone) == 1 else "follow"
    return yes(f"{listed(alone)} {follow} no branch of a remote", subject=path)


def _alone(branch: Branch, refs: Refs) -> bool:
    """Whether nothing of the remote stands for it. A merged branch has nothing of its own."""
    merged = branch.merged and branch.name != refs.default_branch
    return branch.upstream is None and not merged


CHECK = Check(
    look=look,
    severity=Severity.LOW,
    what="A branch that is not merged follows no branch of any remote, though there is a remote.",
    why="Git can't say how far it is ahead or behind, so whether its commits were pushed is a "
    "guess.",
    fix="`git push -u origin BRANCH`, or `git branch --set-upstream-to=origin/BRANCH BRANCH`.",
)
