"""A tag points elsewhere than the remote's tag of the same name."""

from collections.abc import Iterator

from opsroom.judge.subjects import of_clones
from opsroom.model.check import Check, Outcome, no, unknown
from opsroom.model.severity import Severity
from opsroom.model.snapshot import CloneFacts, Refs, Snapshot


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a clone. Only the remote knows where its tags point; it is not asked here."""
    return of_clones(snapshot, _tell)


def _tell(refs: Refs, clone: CloneFacts) -> Outcome:
    path = clone.clone.path
    return unknown("the remote was not asked", path) if refs.tags and refs.remotes else no(path)


CHECK = Check(
    look=look,
    severity=Severity.LOW,
    what="A tag points elsewhere than the remote's tag of the same name. "
    "Unknown while the remote was not asked.",
    why="`git fetch` never moves a tag that exists, so a release that was tagged again is built "
    "from the old commit.",
    fix="`git fetch --tags --force` takes the remote's tags.",
)
