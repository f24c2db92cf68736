"""Work was put aside with `git stash`."""

from collections.abc import Iterator

from opsroom.judge.subjects import of_clones
from opsroom.judge.wording import counted
from opsroom.model.check import Check, Outcome, no, yes
from opsroom.model.severity import Severity
from opsroom.model.snapshot import CloneFacts, Refs, Snapshot


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a clone: linked work trees share their stashes."""
    return of_clones(snapshot, _tell)


def _tell(refs: Refs, clone: CloneFacts) -> Outcome:
    path = clone.clone.path
    if not refs.stashes:
        return no(path)
    return yes(counted(refs.stashes, "stash", "stashes"), subject=path)


CHECK = Check(
    look=look,
    severity=Severity.LOW,
    personal=Severity.INFO,
    what="Work was put aside with `git stash` and is still there.",
    why="A stash is on no branch, is never pushed, and is easily forgotten.",
    fix="`git stash list`, then `git stash pop` what is wanted and `git stash drop` the rest.",
)
