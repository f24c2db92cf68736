"""What checks look at: each work tree, the refs of each clone, the files of the repository.

Each form here asks a check about what was observed, and answers for it, with the reason, about
what was not. So a check says one thing, of known facts, and can't forget the unknown ones. What
only a clone tells is not asked of a repository that has none here; what it tracks is then what its
host listed: the top folder, `.github` and its workflows.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from opsroom.judge.hosted import NO_HOST, archived, told
from opsroom.model.check import Outcome, no, unknown, yes
from opsroom.model.facts import Unknown
from opsroom.model.host import HostFacts
from opsroom.model.snapshot import CloneFacts, Files, Refs, Snapshot, Worktree
from opsroom.model.text import plain

NO_COMMIT = "no commit yet"
NO_CLONE = "no clone on this machine"
NOT_LISTED = "the host was not asked yet what it tracks"
DEEPER = "the host listed the top folders alone"
COMMUNITY = frozenset({"docs/", ".gitlab/", ".forgejo/", ".gitea/"})
"""Folders besides `.github` in which community files may be."""
H = TypeVar("H", bound=HostFacts)
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
    hides: frozenset[str] = frozenset(),
) -> Iterator[Outcome]:
    """Say yes when no clone tracks `what`, though `needed` (where given) says one should.

    One clone that has it is enough: another may be on an old branch. It may be in the folders
    `hides`, where a host that has them did not list what is in them. Of an archived repository
    nothing is asked: nobody could add it.
    """
    seen, reason = tracked(snapshot)
    there = [snapshot.listed] if isinstance(snapshot.listed, Files) else []
    if archived(snapshot) or any(found(files) for files in (*seen, *there)):
        yield no()
    elif reason:
        yield unknown(reason)
    elif hidden := sorted({folder for files in seen for folder in files.unlisted} & hides):
        yield unknown(f"the host did not list what is in {hidden[0]}")
    elif needed is None or any(needed(files) for files in seen):
        yield yes(f"no {what} is tracked", location=place(snapshot))
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
    if archived(snapshot):
        yield no()
    elif picked:
        yield tell(picked)
    elif reason or any(files.unlisted for files in seen):
        yield unknown(reason or DEEPER)
    else:
        yield no()


def place(snapshot: Snapshot) -> str:
    """Where a finding about the whole repository is: its clone here, else its home on a host."""
    remote = told(snapshot)
    return snapshot.path or (remote.url if remote else "")


def from_host(
    group: H | Unknown | None, tell: Callable[[H], Iterable[Outcome]]
) -> Iterator[Outcome]:
    """Ask about a group that only a host tells."""
    if group is None:
        yield unknown(NO_HOST)
    elif isinstance(group, Unknown):
        yield unknown(plain(group.reason))
    else:
        yield from tell(group)


def why_untold(group: HostFacts, fact: str) -> str:
    """The reason that the host gave for not telling a fact."""
    reasons = (plain(each.reason) for each in group.untold if each.fact == fact)
    return next(reasons, "the host does not tell")


def tracked(snapshot: Snapshot) -> tuple[tuple[Files, ...], str]:
    """Return what is tracked in each clone, and why that may not be all (or an empty string).

    Where no clone can tell it is what the host listed.
    """
    seen, reason = cloned(snapshot)
    listed, remote = snapshot.listed, told(snapshot)
    if seen:
        return seen, reason
    if remote and remote.empty:
        return (), NO_COMMIT
    if isinstance(listed, Files):
        return (listed,), ""
    if snapshot.clones or not snapshot.hosted:
        return (), reason
    return (), plain(listed.reason) if listed else NOT_LISTED


def cloned(snapshot: Snapshot) -> tuple[tuple[Files, ...], str]:
    """Return what is tracked in each clone alone, and why that may not be all."""
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
