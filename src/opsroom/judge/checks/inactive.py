"""Nobody has committed for a long time."""

from collections.abc import Iterator
from datetime import datetime

from opsroom.judge.hosted import archived, told
from opsroom.judge.subjects import NO_CLONE, NO_COMMIT, place
from opsroom.judge.wording import day
from opsroom.model.check import Check, Outcome, no, unknown, yes
from opsroom.model.facts import Unknown
from opsroom.model.limits import Limits
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Refs, Snapshot


def look(
    snapshot: Snapshot, before: Snapshot | None, limits: Limits, now: datetime
) -> Iterator[Outcome]:
    """One outcome a repository: one active clone is enough, or a push to its host."""
    refs = [clone.refs for clone in snapshot.clones]
    commits = [r.last_commit_at for r in refs if isinstance(r, Refs) and r.last_commit_at]
    remote = told(snapshot)
    commits += [at for at in (remote.pushed_at, remote.head_at) if at] if remote else []
    unseen = next((r.reason for r in (*refs, snapshot.remote) if isinstance(r, Unknown)), "")
    newest = max(commits, default=None)
    if archived(snapshot) or (newest and now - newest <= limits.inactive):
        yield no()
    elif unseen or newest is None:
        yield unknown(unseen or (NO_COMMIT if refs or remote else NO_CLONE))
    else:
        yield yes(f"no commit since {day(newest)}", location=place(snapshot))


CHECK = Check(
    look=look,
    severity=Severity.LOW,
    personal=Severity.INFO,
    what="No local branch has had a commit for a year, and its host no push. An archived "
    "repository is at rest, not inactive.",
    why="Its dependencies age, and nobody may remember how it works when it fails.",
    fix="Archive it on its host if it is finished; else update its dependencies and run it once.",
)
