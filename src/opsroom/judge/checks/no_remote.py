"""The clone has no remote: it is the only copy."""

from collections.abc import Iterator

from opsroom.judge.subjects import committed, of_clones
from opsroom.model.check import Check, Outcome, no, yes
from opsroom.model.severity import Severity
from opsroom.model.snapshot import CloneFacts, Refs, Snapshot


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a clone. Without a commit there is nothing to lose."""
    return of_clones(snapshot, _tell)


def _tell(refs: Refs, clone: CloneFacts) -> Outcome:
    path = clone.clone.path
    if refs.remotes or not committed(clone):
        return no(path)
    if clone.clone.bare:
        message = "no remote: unless somebody cloned it, this is the only copy"
        return yes(message, subject=path, severity=Severity.LOW)
    return yes("no remote: as far as Git knows this is the only copy", subject=path)


CHECK = Check(
    look=look,
    severity=Severity.MEDIUM,
    what="A clone with commits has no remote. Low for a bare repository, which others may have "
    "cloned.",
    why="One disk holds all of its history: this is the only copy.",
    fix="Make a repository on a host or another disk, then `git remote add origin URL` and push.",
)
