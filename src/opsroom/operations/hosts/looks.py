"""Recording full looks at repositories of a host: facts, names, health, runs and their events.

A repository is gone when the last whole sweep didn't list it and a look says that it isn't there.
A host says the same of what was deleted and of what this token may no longer see, so that is said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsroom.clients.host import HostLooks
from opsroom.model.ci import Ci, CiRun
from opsroom.model.event import Happening
from opsroom.model.repository import RepositoryState
from opsroom.model.text import plain
from opsroom.observe.sources.hosts import RemoteSighting, sightings
from opsroom.operations.draft import Draft
from opsroom.operations.fleet import Row
from opsroom.operations.hosts.merging import find, with_look
from opsroom.operations.hosts.seen import POLLED, Seen
from opsroom.settings import HostSource
from opsroom.store.ci_runs import save_ci_runs
from opsroom.store.sweeps import listed

if TYPE_CHECKING:
    from opsroom.operations.room import Room

BATCH = 20
"""Repositories that are recorded in one transaction, in which nothing else is: a webhook waits."""

LOST = "deleted there, or hidden from this token: the host doesn't tell which"
NOTHING: dict[str, object] = {
    "remote": None,
    "settings": None,
    "ci": None,
    "security": None,
    "listed": None,
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of looks, by the host's ids.

    `unconfirmed` are said to be gone, but the last whole sweep lists them: only the next one
    tells, and it should come soon.
    """

    recorded: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()


class Everything:
    """Takes every repository: those that a source has no more have to be let go."""

    def has(self, full_name: str) -> bool:
        """Whether it is wanted."""
        return bool(full_name)


async def record_looks(
    room: "Room", source: HostSource, looks: HostLooks, why: Mapping[str, Seen] | None = None
) -> Recorded:
    """Write full looks, with everything that follows from them.

    What `failed` stays as it was, and grows stale. `why`: what set off the look at each of them.
    """
    seen = sightings(looks, Everything())
    for start in range(0, len(seen), BATCH):
        await _record(room, source, seen[start : start + BATCH], why or {})
    unconfirmed = await _record_gone(room, source, looks.gone) if looks.gone else frozenset[str]()
    recorded = (*(each.id for each in seen), *(looks.gone - unconfirmed))
    return Recorded(recorded=recorded, unconfirmed=tuple(unconfirmed))


async def _record(
    room: "Room", source: HostSource, some: Sequence[RemoteSighting], why: Mapping[str, Seen]
) -> None:
    """Write looks at repositories that are there, each for the source that it is of now."""
    async with room.store.write() as connection:
        await room.fleet.refresh(connection)
        draft = Draft(room.limits, room.now())
        runs: dict[str, tuple[CiRun, ...]] = {}
        for seen in some:
            row = find(room.fleet, source, seen.id, seen.full_name)
            home = _home(room, source, seen.full_name)
            if home is None and row is not None:
                _lose(draft, row, source, f"is {seen.full_name} now, which no source watches")
            after = with_look(room.fleet, home, seen) if home else None
            if home is None or after is None:
                continue
            if home.key != source.key:
                left = tuple(key for key in after.repository.sources if key != source.key)
                repository = after.repository.model_copy(update={"sources": left})
                after = after.model_copy(update={"repository": repository})
            baseline = not any(room.surveyed(key) for key in after.repository.sources)
            draft.judge(row, after, baseline=baseline)
            draft.traces[after.repository.key] = why.get(seen.id, POLLED).trace(draft.now)
            if isinstance(after.ci, Ci):
                runs[after.repository.key] = after.ci.runs
        await draft.save(connection, room.fleet)
        await save_ci_runs(connection, runs)
    await room.refresh()


async def _record_gone(room: "Room", source: HostSource, gone: frozenset[str]) -> frozenset[str]:
    """Let go of repositories that a look didn't find; gives those that sweeps list still."""
    async with room.store.write() as connection:
        await room.fleet.refresh(connection)
        draft = Draft(room.limits, room.now())
        unconfirmed = await listed(connection, source.key, gone)
        for id_ in sorted(gone - unconfirmed):
            row = room.fleet.of_host(source.host, id_)
            if row is not None:
                _lose(draft, row, source, f"{source.host} has it no more: {LOST}")
        await draft.save(connection, room.fleet)
    await room.refresh()
    return unconfirmed


def _home(room: "Room", source: HostSource, full_name: str | None) -> HostSource | None:
    """The source that a repository is of, under the name that it has now."""
    if full_name is None:
        return source
    mine = (source, *(each for each in room.settings.hosts if each.host == source.host))
    return next((each for each in mine if each.owns(full_name)), None)


def _lose(draft: Draft, row: Row, source: HostSource, why: str) -> None:
    """Let a source go of a repository; without another one and without a clone it is gone."""
    snapshot, repository = row.snapshot, row.repository
    if source.key not in repository.sources or repository.state is RepositoryState.GONE:
        return
    left = tuple(key for key in repository.sources if key != source.key)
    watched = any(not key.startswith("directory:") for key in left)
    gone = not watched and not snapshot.clones
    changes = {
        "sources": repository.sources if gone else left,
        "state": RepositoryState.GONE if gone else repository.state,
    }
    after = snapshot.model_copy(
        update={
            **(NOTHING if not watched else {}),
            "repository": repository.model_copy(update=changes),
        }
    )
    draft.judge(row, after, gone=plain(why))
    if not gone and not watched:
        draft.happenings.append(
            Happening(
                kind="repository.changed",
                repository=row.name,
                summary=plain(f"{why}; a clone of it is at {snapshot.path}"),
                data={"path": snapshot.path, "changes": [plain(why)]},
            )
        )
