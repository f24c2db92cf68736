"""Nobody has committed for a long time."""

from collections.abc import Iterator
from datetime import datetime

from opsroom.judge.subjects import NO_CLONE, NO_COMMIT
from opsroom.judge.wording import day
from opsroom.model.check import Check, Outcome, no, unknown, yes
from opsroom.model.facts import Unknown
from opsroom.model.limits import Limits
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Refs, Snapshot


def look(
    snapshot: Snapshot, before: Snapshot | None, limits: Limits, now: datetime
) -> Iterator[Outcome]:
    """One outcome a repository: one active clone is enough."""
    refs = [clone.refs for clone in snapshot.clones]
    commits = [r.last_commit_at for r in refs if isinstance(r, Refs) and r.last_commit_at]
    unseen = next((r.reason for r in refs if isinstance(r, Unknown)), "")
    newest = max(commits, default=None)
    if newest and now - newest <= limits.inactive:
        yield no()
    elif unseen or newest is None:
        yield unknown(unseen or (NO_COMMIT if refs else NO_CLONE))
    else:
        yield yes(f"no commit since {day(newest)}", location=snapshot.path or "")


CHECK = Check(
    look=look,
    severity=Severity.LOW,
    personal=Severity.INFO,
    what="No local branch has had a commit for a year.",
    why="Its dependencies age, and nobody may remember how it works when it fails.",
    fix="Archive it on its host if it is finished; else update its dependencies and run it once.",
)
