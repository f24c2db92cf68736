"""Local branches that have served: merged, their upstream gone, or long without a commit."""

from collections.abc import Iterator
from datetime import datetime

from opsroom.judge.names import LONG_LIVED
from opsroom.judge.subjects import SHALLOW, of_clones
from opsroom.judge.wording import counted, day, listed
from opsroom.model.check import Check, Outcome, no, unknown, yes
from opsroom.model.facts import Unknown
from opsroom.model.limits import Limits
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Branch, CloneFacts, Refs, Snapshot, Worktree


def look(
    snapshot: Snapshot, before: Snapshot | None, limits: Limits, now: datetime
) -> Iterator[Outcome]:
    """One outcome a clone, which names its stale branches."""

    def tell(refs: Refs, clone: CloneFacts) -> Outcome:
        path = clone.clone.path
        candidates = _candidates(refs, clone)
        start = next((b.head for b in refs.branches if b.name == refs.default_branch), None)
        told = {branch.name: _why(branch, start, limits, now) for branch in candidates}
        stale = [f"{name} ({why})" for name, why in told.items() if why]
        unseen = next((tree for tree in clone.worktrees if isinstance(tree, Unknown)), None)
        if candidates and unseen:
            return unknown(f"what is checked out: {unseen.reason}", path)
        if stale:
            count = counted(len(stale), "stale branch", "stale branches")
            return yes(f"{count}: {listed(stale)}", subject=path)
        return unknown(SHALLOW, path) if candidates and refs.shallow else no(path)

    return of_clones(snapshot, tell)


def _candidates(refs: Refs, clone: CloneFacts) -> list[Branch]:
    kept = {tree.branch for tree in clone.worktrees if isinstance(tree, Worktree)}
    kept.add(refs.default_branch)
    return [b for b in refs.branches if b.name not in kept and not LONG_LIVED.fullmatch(b.name)]


def _why(branch: Branch, start: str | None, limits: Limits, now: datetime) -> str:
    """Say why it is stale, or nothing. At `start`, the default's commit, it has only begun."""
    if branch.upstream_gone:
        return "upstream gone"
    if branch.merged and branch.head != start:
        return "merged"
    old = now - branch.committed_at > limits.stale_branch
    return f"no commit since {day(branch.committed_at)}" if old else ""


CHECK = Check(
    look=look,
    severity=Severity.LOW,
    personal=Severity.INFO,
    what="Local branches are merged, have lost their upstream, or had no commit for 90 days. "
    "Checked-out and long-lived branches (`develop`, `release/...`) are left alone.",
    why="They hide the branches that hold work, and somebody may build on them by mistake.",
    fix="`git branch -d BRANCH` deletes a merged one and refuses any other; look at those before "
    "`-D`.",
)
