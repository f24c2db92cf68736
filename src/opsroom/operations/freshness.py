"""How far to trust what is known of a repository: each group by whoever looks at it.

    a clone's groups          their own look
    what a sweep tells        its look, or the last whole sweep of its source that showed it unmoved
    all else that a host tells  its own look, within the round of looks over the source

A group is stale when it is half again as old as it should ever become. What a sweep saw move is
not vouched for by any sweep, until it was looked at in full.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from opsroom.model.coverage import Coverage
from opsroom.model.facts import Facts, Unknown
from opsroom.model.host import Remote
from opsroom.model.snapshot import Snapshot
from opsroom.operations.fleet import Row

if TYPE_CHECKING:
    from opsroom.store.sweeps import SweepMark

Freshness = Literal["fresh", "stale", "unknown"]

LATE = 1.5
GRACE = timedelta(seconds=30)
"""How much later than planned a sweep or a look may be before what it tells is stale."""


class _Looked(NamedTuple):
    """When the groups of a repository were looked at, the oldest of each kind; None: none is.

    `asked` are those that only a look asks for. `moved`: no sweep vouches for what a sweep tells.
    """

    blank: bool
    clones: datetime | None
    swept: datetime | None
    remote: datetime | None
    asked: datetime | None
    moved: bool
    changed: bool


class _Pace(NamedTuple):
    """Of the sources of a repository: the last whole sweep, and how old groups may be."""

    whole: datetime | None
    sweep: timedelta
    look: timedelta


@dataclass(frozen=True, slots=True)
class Trust:
    """What is fresh `now`. `clones`: how old groups of clones may be; `sweeps`: of each source.

    `paces` are worked out once for repositories of the same sources.
    """

    now: datetime
    clones: timedelta
    sweeps: "Mapping[str, SweepMark]"
    paces: dict[tuple[str, ...], _Pace] = field(default_factory=dict[tuple[str, ...], _Pace])

    def of(self, row: Row) -> Freshness:
        """Whether every group of facts is known to be true so lately as it should be."""
        looked = row.remembered(_looked)
        if row.blind or looked.blank:
            return "unknown"
        if looked.changed:
            return "stale"
        return "stale" if self._is_late(looked, self._pace(row)) else "fresh"

    def _is_late(self, looked: _Looked, pace: _Pace) -> bool:
        now, swept = self.now, _vouched(looked, pace)
        return (
            (looked.clones is not None and now - looked.clones > self.clones)
            or (swept is not None and now - swept > pace.sweep)
            or (looked.remote is not None and now - looked.remote > pace.look)
            or (looked.asked is not None and now - looked.asked > pace.look)
        )

    def at(self, row: Row) -> datetime | None:
        """Since when nothing can have changed unseen: the oldest among its groups."""
        looked, pace = row.remembered(_looked), self._pace(row)
        overdue = looked.remote is not None and self.now - looked.remote > pace.look
        remote = looked.remote if overdue else None
        ages = (looked.clones, _vouched(looked, pace), remote, looked.asked)
        return min((at for at in ages if at is not None), default=None)

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

    def _pace(self, row: Row) -> _Pace:
        sources = row.repository.sources
        pace = self.paces.get(sources)
        if pace is None:
            marks = [self.sweeps[key] for key in sources if key in self.sweeps]
            pace = self.paces[sources] = _Pace(
                max((mark.whole_at for mark in marks if mark.whole_at), default=None),
                _late(max((mark.sweep_every for mark in marks), default=self.clones)),
                _late(max((mark.look_every for mark in marks), default=self.clones)),
            )
        return pace


def _vouched(looked: _Looked, pace: _Pace) -> datetime | None:
    """When what a sweep tells was last known to be true."""
    if looked.swept is None or looked.moved or pace.whole is None:
        return looked.swept
    return max(looked.swept, pace.whole)


def _looked(row: Row) -> _Looked:
    snapshot = row.snapshot
    remote = snapshot.remote
    told = remote if isinstance(remote, Remote) else None
    changed = told is not None and told.moved_at is not None
    security = None if _archived(snapshot) else snapshot.security
    return _Looked(
        blank=not snapshot.groups or _is_blank(snapshot),
        clones=_oldest(group for clone in snapshot.clones for group in clone.groups),
        swept=_oldest((remote, snapshot.ci)),
        remote=None if told is None else told.at,
        asked=_oldest((snapshot.settings, snapshot.listed, security)),
        moved=told is None or changed,
        changed=changed,
    )


def _oldest(groups: Iterable[Facts | Unknown | None]) -> datetime | None:
    return min((group.at for group in groups if group is not None), default=None)


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
