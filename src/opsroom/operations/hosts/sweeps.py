"""Recording sweeps: who is there, who moved, who is missing, and when a source was asked.

A sweep lists all repositories for next to nothing. Only those that it shows otherwise than they
are known are written, a hundred in one transaction; for all others its time vouches.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from pydantic import TypeAdapter, ValidationError

from opsroom.clients.host import Sweep, Swept
from opsroom.model.facts import Unknown
from opsroom.model.host import Remote
from opsroom.model.repository import RepositoryState
from opsroom.model.text import plain
from opsroom.observe.sources.hosts import moved_at
from opsroom.operations.draft import Draft
from opsroom.operations.fleet import Row
from opsroom.operations.hosts.merging import find, is_as_known, with_sweep
from opsroom.operations.hosts.seen import Seen
from opsroom.operations.record import source_moved
from opsroom.settings import HostSource
from opsroom.store.journal import append
from opsroom.store.surveys import Survey, save_surveys
from opsroom.store.sweeps import (
    SweepMark,
    load_sweep_marks,
    load_swept,
    save_sweep_mark,
    save_swept,
)

if TYPE_CHECKING:
    from opsroom.operations.room import Room

BATCH = 100
"""Repositories that are recorded in one transaction. Only a first sweep has so many."""

FEW = 3
"""So many repositories may vanish at once. More, and over a quarter of a source, is no news but a
doubt: a token that lost its access looks just so."""

DOUBTED = timedelta(days=7)
"""How long such repositories are kept, stale, before they are taken for gone after all."""

LONGEST_SWEEP, LONGEST_LOOK = timedelta(minutes=20), timedelta(hours=1)
"""What is older than this is not fresh, however seldom a low budget lets a host be asked."""

SWEPT = TypeAdapter(Swept)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SweepNews:
    """What has to be looked at, by the host's ids.

    `moved` are otherwise than known, or were never looked at in full. `missing` are of this
    source and a whole sweep didn't list them: they are gone, hidden or elsewhere, and only a look
    tells.
    """

    moved: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


async def known_swept(
    room: "Room", source: HostSource, ids: Collection[str] | None = None
) -> dict[str, Swept]:
    """What the sweep before showed of these repositories, or of all, by the host's id.

    Nothing where another version wrote it.
    """
    async with room.store.read() as connection:
        kept = await load_swept(connection, source.key, ids)
    try:
        return {id_: SWEPT.validate_python(body) for id_, body in kept.items()}
    except ValidationError:
        return {}


async def record_sweep(
    room: "Room",
    source: HostSource,
    sweep: Sweep,
    *,
    sweep_every: timedelta,
    look_every: timedelta,
) -> SweepNews:
    """Write what a sweep showed; gives what has to be looked at.

    `sweep` lists what belongs to the source alone. `sweep_every` and `look_every` are how often
    everything is swept, and each repository looked at in full: they decide from when on facts are
    stale, up to a limit, so that a budget which runs low makes facts stale and not trusted longer.
    """
    sweep = _each_once(sweep)
    listed = {each.id for each in sweep.repositories}
    before = await known_swept(room, source, None if sweep.whole else listed)
    changed = [each for each in sweep.repositories if before.get(each.id) != each]
    await room.refresh()
    for some in _batches(_to_write(room, source, sweep.repositories, before)):
        await _record(room, source, some, sweep, before)
    missing = _missing(room, source, listed) if sweep.whole else []
    for rows in _batches(missing):
        await _doubt(room, rows, sweep)
    doubted = _too_many(room, source, missing, sweep)
    missing = [row for row in missing if row not in doubted]
    gone = before.keys() - listed if sweep.whole else set[str]()
    longest = max(LONGEST_SWEEP, source.sweep_every or timedelta())
    rhythm = min(sweep_every, longest), min(look_every, LONGEST_LOOK)
    await _mark(room, source, sweep, changed, gone, rhythm, len(doubted))
    return SweepNews(
        moved=tuple(each.id for each in sweep.repositories if _has_moved(room, source, each)),
        missing=tuple(row.repository.host_id for row in missing if row.repository.host_id),
    )


async def record_passed(room: "Room", source: HostSource) -> None:
    """Write that every repository of a source was looked at once: from now on news are news."""
    async with room.store.write() as connection:
        marks = await load_sweep_marks(connection)
        at = marks[source.key].at if source.key in marks else None
        await save_surveys(connection, [Survey(source=source.key, at=at or room.now())])
    await room.refresh()


async def record_host_failed(room: "Room", source: HostSource, reason: str) -> None:
    """Write that a source can't be asked, and why. Nothing is known to have changed."""
    known = room.survey(source.key)
    problems = ((source.key.partition(":")[2], plain(reason)),)
    async with room.store.write() as connection:
        await append(connection, source_moved(source.key, known, problems), room.now())
        survey = Survey(source=source.key, at=known.at if known else None, problems=problems)
        await save_surveys(connection, [survey])
    await room.refresh()


def _each_once(sweep: Sweep) -> Sweep:
    """Without repeats: what is pushed to meanwhile may stand on two pages, newest last."""
    once = {each.id: each for each in sweep.repositories}
    return replace(sweep, repositories=tuple(once.values()))


def _to_write(
    room: "Room", source: HostSource, seen: Sequence[Swept], before: Mapping[str, Swept]
) -> list[Swept]:
    """Those that are seen otherwise than known: known ones first, so that old names are free."""
    rows = {each.id: find(room.fleet, source, each.id, each.full_name) for each in seen}
    unlike = [
        each for each in seen if not _is_known(rows[each.id], source, each, before.get(each.id))
    ]
    return sorted(unlike, key=lambda each: rows[each.id] is None)


def _is_known(row: Row | None, source: HostSource, seen: Swept, before: Swept | None) -> bool:
    """Whether nothing has to be written of what a sweep saw."""
    if row is None or source.key not in row.repository.sources:
        return False
    if row.repository.host_id != seen.id or row.repository.state is RepositoryState.GONE:
        return False
    if isinstance(row.snapshot.remote, Unknown):
        return before == seen  # a look failed to tell, and nothing has moved since
    return is_as_known(row.snapshot, seen)


async def _record(
    room: "Room",
    source: HostSource,
    some: Sequence[Swept],
    sweep: Sweep,
    before: Mapping[str, Swept],
) -> None:
    async with room.store.write() as connection:
        await room.fleet.refresh(connection)
        draft = Draft(room.limits, room.now())
        for seen in some:
            row = find(room.fleet, source, seen.id, seen.full_name)
            after = with_sweep(room.fleet, source, seen, sweep.at)
            if row is None or after != row.snapshot:
                baseline = not any(room.surveyed(key) for key in after.repository.sources)
                draft.judge(row, after, baseline=baseline)
                seen_now = Seen("polling", moved_at(before.get(seen.id), seen))
                draft.traces[after.repository.key] = seen_now.trace(draft.now)
        await draft.save(connection, room.fleet)
    await room.refresh()


def _missing(room: "Room", source: HostSource, listed: set[str]) -> list[Row]:
    """The rows of a source that a whole sweep didn't list."""
    return [
        row
        for row in room.fleet.of_source(source.key)
        if row.repository.host_id and row.repository.host_id not in listed
    ]


def _too_many(
    room: "Room", source: HostSource, missing: Sequence[Row], sweep: Sweep
) -> Sequence[Row]:
    """Those of the missing that are too many at once to be believed to be gone."""
    if len(missing) <= FEW or len(missing) * 4 <= len(room.fleet.of_source(source.key)):
        return ()
    return [row for row in missing if not _long_doubted(row, sweep)]


def _long_doubted(row: Row, sweep: Sweep) -> bool:
    remote = row.snapshot.remote
    since = remote.moved_at if isinstance(remote, Remote) else None
    return since is not None and since <= sweep.at - DOUBTED


async def _doubt(room: "Room", rows: Sequence[Row], sweep: Sweep) -> None:
    """Say of repositories that weren't listed that what is known of them is not vouched for."""
    async with room.store.write() as connection:
        await room.fleet.refresh(connection)
        draft = Draft(room.limits, room.now())
        for known in rows:
            row = room.fleet.get(known.repository.key)
            remote = row.snapshot.remote if row else None
            if row and isinstance(remote, Remote) and remote.at <= sweep.at and not remote.moved_at:
                moved = remote.model_copy(update={"moved_at": sweep.at})
                draft.judge(row, row.snapshot.model_copy(update={"remote": moved}))
        await draft.save(connection, room.fleet)
    await room.refresh()


async def _mark(
    room: "Room",
    source: HostSource,
    sweep: Sweep,
    changed: Sequence[Swept],
    gone: set[str],
    rhythm: tuple[timedelta, timedelta],
    doubted: int,
) -> None:
    """Write when the sweep was, what it showed, and that the host answers."""
    known = room.survey(source.key)
    problems = _doubts(source, doubted) if sweep.whole else _doubted(source, known)
    passed = known.at if known else None
    async with room.store.write() as connection:
        marks = await load_sweep_marks(connection)
        whole_at = marks[source.key].whole_at if source.key in marks else None
        mark = SweepMark(
            source=source.key,
            at=sweep.at,
            whole_at=sweep.at if sweep.whole else whole_at,
            sweep_every=rhythm[0],
            look_every=rhythm[1],
        )
        await save_sweep_mark(connection, mark)
        seen = {each.id: SWEPT.dump_python(each, mode="json") for each in changed}
        await save_swept(connection, source.key, seen, gone)
        await append(connection, source_moved(source.key, known, problems), room.now())
        survey = Survey(source=source.key, at=sweep.at if passed else None, problems=problems)
        await save_surveys(connection, [survey])
    await room.refresh()


def _doubted(source: HostSource, known: "Survey | None") -> tuple[tuple[str, str], ...]:
    """What was doubted before: a sweep that lists the newest alone says nothing of the others."""
    return tuple(each for each in (known.problems if known else ()) if each[0] == _part(source))


def _doubts(source: HostSource, doubted: int) -> tuple[tuple[str, str], ...]:
    """What stands in the way of a source of which much is no longer listed."""
    if not doubted:
        return ()
    what = _part(source)
    why = "many repositories at once are not listed any more: has the token lost its access?"
    return ((what, why),)


def _part(source: HostSource) -> str:
    return f"part of {source.key.partition(':')[2]}"


def _has_moved(room: "Room", source: HostSource, seen: Swept) -> bool:
    row = room.fleet.of_host(source.host, seen.id)
    remote = row.snapshot.remote if row else None
    return row is not None and isinstance(remote, Remote) and remote.moved_at is not None


def _batches(many: Sequence[T]) -> Iterator[Sequence[T]]:
    left = iter(many)
    while some := list(islice(left, BATCH)):
        yield some
