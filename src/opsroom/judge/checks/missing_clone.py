"""A host has the repository, and this machine has no clone of it."""

from collections.abc import Iterator
from datetime import datetime

from opsroom.judge.hosted import archived
from opsroom.judge.subjects import from_host
from opsroom.model.check import Check, Outcome, no, yes
from opsroom.model.host import Remote
from opsroom.model.limits import Limits
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot


def look(
    snapshot: Snapshot, before: Snapshot | None, limits: Limits, now: datetime
) -> Iterator[Outcome]:
    """One outcome a repository, where folders of clones are watched at all."""
    if snapshot.clones or not limits.clones_expected or archived(snapshot):
        yield no()
    else:
        yield from from_host(snapshot.remote, _tell)


def _tell(remote: Remote) -> Iterator[Outcome]:
    if remote.fork or remote.disabled or remote.empty:
        yield no()
    else:
        yield yes(f"{remote.full_name} has no clone in the folders here", location=remote.url)


CHECK = Check(
    look=look,
    severity=Severity.INFO,
    what="The host has a repository of which no watched folder holds a clone. Archived, empty and "
    "disabled ones and forks are left out, as is all where no folder is watched.",
    why="What can be seen only on its host can't be searched, scanned or mended from here.",
    fix="`git clone URL` into a watched folder, or switch the rule off for what isn't worked on.",
)
