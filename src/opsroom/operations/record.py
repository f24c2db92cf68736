"""Recording looks at clones: facts, findings, health and their events, in one transaction.

    looks -> merged with what is known -> judged -> only transitions become events -> store

Everything is computed from rows that are refreshed under the store's write lock, so of two
processes that look at the same time neither overwrites the other's newer facts.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from opsroom.model.event import Happening
from opsroom.model.host import Remote
from opsroom.model.repository import RepositoryState
from opsroom.model.snapshot import CloneFacts, Snapshot
from opsroom.observe.checkout import Found
from opsroom.operations import gather
from opsroom.operations.draft import Draft
from opsroom.operations.fleet import Fleet, Row
from opsroom.operations.gather import Sighting
from opsroom.settings import DirectorySource
from opsroom.store.surveys import Survey, save_surveys

if TYPE_CHECKING:
    from opsroom.operations.room import Room

LAST_CLONE = "its last clone here has vanished"


async def record(room: "Room", sightings: Sequence[Sighting]) -> None:
    """Write looks at clones, with everything that follows from them."""
    if not sightings:
        return
    now = room.now()
    async with room.store.write() as connection:
        await room.fleet.refresh(connection)
        draft = Draft(room.limits, now)
        merged, draft.heirs = _merge(room.fleet, sightings)
        for before, after in merged:
            baseline = not any(room.surveyed(key) for key in after.repository.sources)
            draft.judge(before, after, baseline=baseline, gone=LAST_CLONE)
        await draft.save(connection, room.fleet)
    await room.refresh()


async def record_pass(room: "Room", source: DirectorySource, found: Found, *, failed: bool) -> None:
    """Write that a source was passed over: clones that are gone, problems, and when.

    A pass that failed leaves everything as it was; what changes is what is said of the source.
    """
    now = room.now()
    problems = tuple((problem.path, problem.reason) for problem in found.problems)
    known = room.survey(source.key)
    here = frozenset(checkout.clone.path for checkout in found.clones)
    async with room.store.write() as connection:
        await room.fleet.refresh(connection)
        draft = Draft(room.limits, now)
        root = source.path.resolve()
        for row in room.fleet.of_source(source.key):
            _pass_by(draft, row, source, root, here, found, failed=failed)
        held = {
            facts.clone.path
            for row in room.fleet.of_source(source.key)
            for facts in row.snapshot.clones
        }
        draft.happenings += [
            happening
            for happening in source_moved(source.key, known, problems)
            if happening.data["path"] not in held  # its repository has an event of its own
        ]
        await draft.save(connection, room.fleet)
        at = known.at if failed and known else None if failed else now
        survey = Survey(source=source.key, at=at, problems=problems)
        await save_surveys(connection, [survey])
    await room.refresh()


Merged = list[tuple[Row | None, Snapshot]]


def _merge(fleet: Fleet, sightings: Iterable[Sighting]) -> tuple[Merged, dict[str, str]]:
    """For each repository that was seen: the row before, and its snapshot with the new looks.

    Also, of repositories that lost a clone to another one, the name and the other one's key.
    """
    seen: dict[str, list[Sighting]] = {}
    lost: dict[str, set[str]] = {}
    heirs: dict[str, str] = {}
    for sighting in sightings:
        path = sighting.facts.clone.path
        holder = fleet.holding(path)
        key = _key(fleet, sighting, holder)
        seen.setdefault(key, []).append(sighting)
        if holder and holder.repository.key != key:
            lost.setdefault(holder.repository.key, set()).add(path)
            heirs[holder.name] = key
    merged: Merged = []
    for key in dict.fromkeys((*seen, *lost)):
        row = fleet.get(key)
        after = _snapshot(row, key, seen[key]) if key in seen else row and row.snapshot
        if after:
            merged.append((row, without(after, lost[key]) if key in lost else after))
    return merged, heirs


def _key(fleet: Fleet, sighting: Sighting, holder: Row | None) -> str:
    """Which repository a clone is of; one that can't be read stays where it was."""
    if holder and not gather.readable(sighting.facts):
        return holder.repository.key
    key = gather.identity(sighting.facts).key
    return fleet.identities.resolve(key) or key


def _snapshot(row: Row | None, key: str, seen: Sequence[Sighting]) -> Snapshot:
    fresh = gather.snapshot(gather.identity(seen[0].facts), key, seen)
    if row is None:
        return fresh
    known, found = row.repository, fresh.repository
    archived = isinstance(row.snapshot.remote, Remote) and row.snapshot.remote.archived
    repository = known.model_copy(
        update={
            "url": known.url if known.host_id else found.url or known.url,
            "environment": found.environment or known.environment,
            "labels": _union(known.labels, found.labels),
            "sources": _union(known.sources, found.sources),
            "state": RepositoryState.ARCHIVED if archived else RepositoryState.KNOWN,
        }
    )
    clones = gather.merged(row.snapshot, {s.facts.clone.path: s.facts for s in seen})
    return row.snapshot.model_copy(update={"repository": repository, "clones": clones})


def _union(known: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({*known, *more}))


def without(snapshot: Snapshot, paths: set[str]) -> Snapshot:
    """A snapshot without the clones at these paths: gone, when no clone and no host is left."""
    return _with(snapshot, [each for each in snapshot.clones if each.clone.path not in paths])


def _with(snapshot: Snapshot, clones: Sequence[CloneFacts]) -> Snapshot:
    """A snapshot with these clones; without any, and without a host that has it, it is gone."""
    gone = not clones and not snapshot.hosted
    state = RepositoryState.GONE if gone else snapshot.repository.state
    repository = snapshot.repository.model_copy(update={"state": state})
    return snapshot.model_copy(update={"repository": repository, "clones": tuple(clones)})


def _pass_by(
    draft: Draft,
    row: Row,
    source: DirectorySource,
    root: Path,
    here: frozenset[str],
    found: Found,
    *,
    failed: bool,
) -> None:
    """Forget the clones of a row that are no longer in this source, unless the pass failed.

    Of those that lie behind something which could not be looked into nothing is known now. Where
    that is the whole source, one event says so for all, and they grow stale.
    """
    elsewhere = row.repository.sources != (source.key,)
    clones: list[CloneFacts] = []
    for facts in row.snapshot.clones:
        path = facts.clone.path
        if path in here or (elsewhere and not gather.within(path, root)):
            clones.append(facts)
        elif reason := _obstacle(path, found, but=str(root) if failed else ""):
            clones.append(gather.unseen(facts, reason, draft.now))
        elif failed:
            clones.append(facts)
    if tuple(clones) != row.snapshot.clones:
        after = _with(row.snapshot, clones)
        if after.hosted and not any(gather.within(each.clone.path, root) for each in clones):
            after = _unseen_by(after, source.key)
        draft.judge(row, after, gone=LAST_CLONE)


def _unseen_by(snapshot: Snapshot, source: str) -> Snapshot:
    """A snapshot of a repository that a source no longer holds, and others do."""
    left = tuple(key for key in snapshot.repository.sources if key != source)
    repository = snapshot.repository.model_copy(update={"sources": left})
    return snapshot.model_copy(update={"repository": repository})


def _obstacle(path: str, found: Found, *, but: str) -> str:
    """Why a clone could not be looked at, for another reason than the one said of `but`."""
    return next(
        (
            problem.reason
            for problem in found.problems
            if gather.within(path, problem.path) and (problem.path != but or path == but)
        ),
        "",
    )


def source_moved(
    key: str,
    known: Survey | None,
    problems: Sequence[tuple[str, str]],
) -> list[Happening]:
    """An event when a source begins to fail, or ends failing."""
    before = dict(known.problems) if known else {}
    now = dict(problems)
    failing = [
        Happening(
            kind="observation.failed",
            summary=f"{path} could not be looked at: {reason}",
            data={
                "source": key,
                "path": path,
                "reason": reason,
                "baseline": known is None,
            },
        )
        for path, reason in now.items()
        if path not in before
    ]
    recovered = [
        Happening(
            kind="observation.recovered",
            summary=f"{path} can be looked at again",
            data={"source": key, "path": path},
        )
        for path in before
        if path not in now
    ]
    return [*failing, *recovered]
