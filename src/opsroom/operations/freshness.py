"""How far to trust what is known of a repository: each group by whoever looks at it.

    a clone's groups          their own look
    what a sweep tells        its look, or the last whole sweep of its source that showed it unmoved
    all else that a host tells  its own look, within the round of looks over the source

A group is stale when it is half again as old as it should ever become. What a sweep saw move is
not vouched for by any sweep, until it was looked at in full.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from opsroom.model.coverage import Coverage
from opsroom.model.facts import Unknown
from opsroom.model.host import Remote
from opsroom.model.snapshot import Snapshot
from opsroom.operations.fleet import Row

if TYPE_CHECKING:
    from opsroom.store.sweeps import SweepMark

Freshness = Literal["fresh", "stale", "unknown"]

LATE = 1.5
GRACE = timedelta(seconds=30)
"""How much later than planned a sweep or a look may be before what it tells is stale."""


class _Vouched(NamedTuple):
    """A group of facts: when it was last known to be true, and how old it may be."""

    at: datetime
    within: timedelta


@dataclass(frozen=True, slots=True)
class Trust:
    """What is fresh `now`. `clones`: how old groups of clones may be; `sweeps`: of each source."""

    now: datetime
    clones: timedelta
    sweeps: "Mapping[str, SweepMark]"

    def of(self, row: Row) -> Freshness:
        """Whether every group of facts is known to be true so lately as it should be."""
        snapshot = row.snapshot
        if row.blind or not snapshot.groups or _is_blank(snapshot):
            return "unknown"
        remote = snapshot.remote
        if isinstance(remote, Remote) and remote.moved_at is not None:
            return "stale"
        late = any(self.now - group.at > group.within for group in self._vouched(row))
        return "stale" if late else "fresh"

    def at(self, row: Row) -> datetime | None:
        """Since when nothing can have changed unseen: the oldest among its groups."""
        return min((group.at for group in self._vouched(row)), default=None)

    def coverage(self, rows: Iterable[Row], unseen: int = 0) -> Coverage:
        """How much of these rows is fresh; `unseen` places could not be looked into."""
        counts = {"fresh": 0, "stale": 0, "unknown": unseen}
        for row in rows:
            counts[self.of(row)] += 1
        return Coverage(asked=sum(counts.values()), **counts)

    def as_of(self, rows: Iterable[Row]) -> datetime | None:
        """The oldest look among the fresh rows, else the newest among the others."""
        seen = [(self.of(row), self.at(row)) for row in rows]
        fresh = [at for freshness, at in seen if freshness == "fresh" and at]
        return min(fresh) if fresh else max((at for _, at in seen if at), default=None)

    def _vouched(self, row: Row) -> Iterator[_Vouched]:
        snapshot = row.snapshot
        for clone in snapshot.clones:
            yield from (_Vouched(group.at, self.clones) for group in clone.groups)
        marks = [self.sweeps[key] for key in row.repository.sources if key in self.sweeps]
        whole = max((mark.whole_at for mark in marks if mark.whole_at), default=None)
        sweep = _late(max((mark.sweep_every for mark in marks), default=self.clones))
        look = _late(max((mark.look_every for mark in marks), default=self.clones))
        remote = snapshot.remote
        moved = not isinstance(remote, Remote) or remote.moved_at is not None
        for group in (remote, snapshot.ci):
            if group is not None:
                vouched = group.at if moved or whole is None else max(group.at, whole)
                yield _Vouched(vouched, sweep)
        if isinstance(remote, Remote) and self.now - remote.at > look:
            yield _Vouched(remote.at, look)
        asked = (
            snapshot.settings,
            snapshot.listed,
            None if _archived(snapshot) else snapshot.security,
        )
        yield from (_Vouched(group.at, look) for group in asked if group is not None)


def _late(every: timedelta) -> timedelta:
    return every * LATE + GRACE


def _archived(snapshot: Snapshot) -> bool:
    """Whether a host made it read-only: it raises no more alerts, and is not asked for them."""
    return isinstance(snapshot.remote, Remote) and snapshot.remote.archived


def _is_blank(snapshot: Snapshot) -> bool:
    """Whether something of it could not be observed, or was not asked for in full yet."""
    remote = snapshot.remote
    only_swept = isinstance(remote, Remote) and remote.only_swept
    return only_swept or any(isinstance(group, Unknown) for group in snapshot.groups)
