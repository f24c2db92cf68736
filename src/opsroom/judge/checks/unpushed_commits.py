"""Branches hold commits that their upstream has not."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from opsroom.judge.hosted import is_pushed
from opsroom.judge.subjects import SHALLOW, of_clones
from opsroom.judge.wording import counted, listed
from opsroom.model.check import Check, Outcome, no, unknown, yes
from opsroom.model.limits import Limits
from opsroom.model.severity import Severity
from opsroom.model.snapshot import CloneFacts, Refs, Snapshot

FORGOTTEN = timedelta(days=7)
"""After this long without a push it is no longer work in progress."""


def look(
    snapshot: Snapshot, before: Snapshot | None, limits: Limits, now: datetime
) -> Iterator[Outcome]:
    """One outcome a clone."""

    def tell(refs: Refs, clone: CloneFacts) -> Outcome:
        path = clone.clone.path
        ahead = [b for b in refs.branches if b.ahead and not is_pushed(b, snapshot)]
        sure = [branch for branch in ahead if not (refs.shallow and branch.behind)]
        if not sure:
            return unknown(SHALLOW, path) if ahead else no(path)
        newest = max(branch.committed_at for branch in sure)
        named = listed([branch.name for branch in sure])
        message = f"{counted(sum(b.ahead for b in sure), 'commit')} not pushed, on {named}"
        return yes(
            message,
            subject=path,
            severity=Severity.MEDIUM if now - newest > FORGOTTEN else None,
        )

    return of_clones(snapshot, tell)


CHECK = Check(
    look=look,
    severity=Severity.LOW,
    what="Branches hold commits that neither their upstream nor their host is known to have. "
    "Medium after a week without a push.",
    why="Until they are pushed these commits are on this machine only, and nobody else builds on "
    "them.",
    fix="Push the branch (`git push`), or drop what is not wanted.",
)
