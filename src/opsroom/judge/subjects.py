"""What checks look at: each work tree, the refs of each clone, the files of the repository.

Each form here asks a check about what was observed, and answers for it, with the reason, about
what was not. So a check says one thing, of known facts, and can't forget the unknown ones.
"""

from collections.abc import Callable, Iterable, Iterator

from opsroom.model.check import Outcome, no, unknown, yes
from opsroom.model.facts import Unknown
from opsroom.model.snapshot import CloneFacts, Files, Refs, Snapshot, Worktree
from opsroom.model.text import plain

NO_COMMIT = "no commit yet"
NO_CLONE = "no clone on this machine"
SHALLOW = "a shallow clone has not the history that tells"


def of_worktrees(
    snapshot: Snapshot, tell: Callable[[Worktree, CloneFacts], Outcome]
) -> Iterator[Outcome]:
    """Ask about each work tree. A bare repository has none, and is not asked about."""
    for clone in snapshot.clones:
        for tree in clone.worktrees:
            yield _unseen(tree) if isinstance(tree, Unknown) else tell(tree, clone)


def of_clones(snapshot: Snapshot, tell: Callable[[Refs, CloneFacts], Outcome]) -> Iterator[Outcome]:
    """Ask about the branches, tags and remotes of each clone."""
    for clone in snapshot.clones:
        refs = clone.refs
        yield _unseen(refs, clone.clone.path) if isinstance(refs, Unknown) else tell(refs, clone)


def absent(
    snapshot: Snapshot,
    what: str,
    found: Callable[[Files], object],
    needed: Callable[[Files], object] | None = None,
) -> Iterator[Outcome]:
    """Say yes when no clone tracks `what`, though `needed` (where given) says one should.

    One clone that has it is enough: another may be on an old branch.
    """
    seen, reason = tracked(snapshot)
    if any(found(files) for files in seen):
        yield no()
    elif reason:
        yield unknown(reason)
    elif needed is None or any(needed(files) for files in seen):
        yield yes(f"no {what} is tracked", location=snapshot.path or "")
    else:
        yield no()


def present(
    snapshot: Snapshot,
    pick: Callable[[Files], Iterable[str]],
    tell: Callable[[tuple[str, ...]], Outcome],
) -> Iterator[Outcome]:
    """Let `tell` speak of the paths that `pick` takes, of every clone, where there are any."""
    seen, reason = tracked(snapshot)
    picked = tuple(dict.fromkeys(path for files in seen for path in pick(files)))
    if picked:
        yield tell(picked)
    else:
        yield unknown(reason) if reason else no()


def tracked(snapshot: Snapshot) -> tuple[tuple[Files, ...], str]:
    """Return what is tracked in each clone, and why that may not be all (or an empty string)."""
    seen: list[Files] = []
    reason = "" if snapshot.clones else NO_CLONE
    for clone in snapshot.clones:
        if isinstance(clone.files, Unknown):
            reason = plain(clone.files.reason)
        elif not committed(clone):
            reason = reason or NO_COMMIT
        else:
            seen.append(clone.files)
    return tuple(seen), "" if seen and reason == NO_COMMIT else reason


def committed(clone: CloneFacts) -> bool:
    """Whether there is a commit to speak of, as far as anything that was observed tells."""
    trees = [tree for tree in clone.worktrees if isinstance(tree, Worktree)]
    if any(tree.head for tree in trees):
        return True
    if isinstance(clone.refs, Unknown):
        return not trees
    return bool(clone.refs.branches or clone.refs.last_commit_at)


def _unseen(group: Unknown, subject: str = "") -> Outcome:
    return unknown(plain(group.reason), subject)
