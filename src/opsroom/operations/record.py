"""Recording looks: facts, findings, health and their events, in one transaction.

    looks -> merged with what is known -> judged -> only transitions become events -> store

Everything is computed from rows that are refreshed under the store's write lock, so of two
processes that look at the same time neither overwrites the other's newer facts.
"""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from opsroom.judge.changes import changed, observation
from opsroom.judge.examination import examine
from opsroom.judge.moves import findings_moved, first_look
from opsroom.logs import current_cause
from opsroom.model.event import Happening
from opsroom.model.finding import KeptFinding
from opsroom.model.health import Health
from opsroom.model.identity import names
from opsroom.model.repository import RepositoryState
from opsroom.model.snapshot import CloneFacts, Snapshot
from opsroom.observe.checkout import Found
from opsroom.operations import gather
from opsroom.operations.fleet import Fleet, Row
from opsroom.operations.gather import Sighting
from opsroom.settings import DirectorySource
from opsroom.store.database import Connection
from opsroom.store.findings import save_findings
from opsroom.store.journal import append
from opsroom.store.meta import next_revision
from opsroom.store.snapshots import save_snapshots
from opsroom.store.surveys import Survey, save_surveys
from opsroom.store.verdicts import save_verdicts

if TYPE_CHECKING:
    from opsroom.operations.room import Room

log = logging.getLogger("opsroom.record")


@dataclass(slots=True)
class Draft:
    """What one transaction writes, by the key of the repository."""

    snapshots: dict[str, Snapshot] = field(default_factory=dict[str, Snapshot])
    healths: dict[str, Health] = field(default_factory=dict[str, Health])
    findings: dict[str, list[KeptFinding]] = field(default_factory=dict[str, list[KeptFinding]])
    happenings: list[Happening] = field(default_factory=list[Happening])

    async def save(self, connection: Connection, now: datetime) -> None:
        """Write all of it."""
        if self.snapshots:
            revision = await next_revision(connection)
            fleet = list(self.snapshots.values())
            ids = await save_snapshots(connection, fleet, revision, now)
            healths = {ids[key]: health for key, health in self.healths.items()}
            await save_verdicts(connection, healths, now)
            found = {ids[key]: findings for key, findings in self.findings.items()}
            await save_findings(connection, found)
        keys = {each.repository.name: key for key, each in self.snapshots.items()}
        told = [_traced(happening, keys) for happening in self.happenings]
        for event in await append(connection, told, now):
            log.info("event %s %s %s: %s", event.id, event.kind, event.repository, event.summary)


def _traced(happening: Happening, keys: Mapping[str, str]) -> Happening:
    """With the id of what set it off, and the key of its repository, whose name may change."""
    trace: dict[str, object] = {"cause": current_cause()}
    if happening.repository is not None and happening.repository in keys:
        trace["key"] = keys[happening.repository]
    return happening.model_copy(update={"data": {**happening.data, **trace}})


async def record(room: "Room", sightings: Sequence[Sighting]) -> None:
    """Write looks at clones, with everything that follows from them."""
    if not sightings:
        return
    now = room.now()
    async with room.store.write() as connection:
        await room.fleet.refresh(connection)
        draft = Draft()
        merged, heirs = _merge(room.fleet, sightings)
        for before, after in merged:
            baseline = not any(room.surveyed(key) for key in after.repository.sources)
            _judge(draft, room, before, after, now, baseline=baseline)
        _rename(draft, room.fleet)
        _tell_heirs(draft, heirs)
        await draft.save(connection, now)
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
        draft = Draft()
        root = source.path.resolve()
        for row in room.fleet.of_source(source.key):
            _pass_by(draft, room, row, source, root, here, found, now, failed=failed)
        held = {
            facts.clone.path
            for row in room.fleet.of_source(source.key)
            for facts in row.snapshot.clones
        }
        draft.happenings += [
            happening
            for happening in _source_moved(source, known, problems)
            if happening.data["path"] not in held  # its repository has an event of its own
        ]
        await draft.save(connection, now)
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
        key = _key(sighting, holder)
        seen.setdefault(key, []).append(sighting)
        if holder and holder.repository.key != key:
            lost.setdefault(holder.repository.key, set()).add(path)
            heirs[holder.name] = key
    merged: Merged = []
    for key in dict.fromkeys((*seen, *lost)):
        row = fleet.get(key)
        after = _snapshot(row, key, seen[key]) if key in seen else row and row.snapshot
        if after:
            merged.append((row, _without(after, lost[key]) if key in lost else after))
    return merged, heirs


def _key(sighting: Sighting, holder: Row | None) -> str:
    """Which repository a clone is of; one that can't be read stays where it was."""
    if holder and not gather.readable(sighting.facts):
        return holder.repository.key
    return gather.identity(sighting.facts).key


def _snapshot(row: Row | None, key: str, seen: Sequence[Sighting]) -> Snapshot:
    fresh = gather.snapshot(gather.identity(seen[0].facts), key, seen)
    if row is None:
        return fresh
    clones = gather.merged(row.snapshot, {s.facts.clone.path: s.facts for s in seen})
    known = row.repository
    return Snapshot(
        repository=known.model_copy(
            update={
                "url": fresh.repository.url or known.url,
                "environment": fresh.repository.environment or known.environment,
                "labels": _union(known.labels, fresh.repository.labels),
                "sources": _union(known.sources, fresh.repository.sources),
                "state": RepositoryState.KNOWN,
            }
        ),
        clones=clones,
    )


def _union(known: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({*known, *more}))


def _without(snapshot: Snapshot, paths: set[str]) -> Snapshot:
    return _with(snapshot, [each for each in snapshot.clones if each.clone.path not in paths])


def _with(snapshot: Snapshot, clones: Sequence[CloneFacts]) -> Snapshot:
    """A snapshot with these clones; without any it is gone."""
    state = snapshot.repository.state if clones else RepositoryState.GONE
    repository = snapshot.repository.model_copy(update={"state": state})
    return Snapshot(repository=repository, clones=tuple(clones))


def _judge(
    draft: Draft, room: "Room", row: Row | None, after: Snapshot, now: datetime, *, baseline: bool
) -> None:
    """Judge one repository, and note what moved."""
    key, name = after.repository.key, after.repository.name
    draft.snapshots[key] = after
    if after.repository.state is RepositoryState.GONE:
        draft.happenings.append(_gone(name))
        return
    before = row.snapshot if row else None
    seen = examine(after, before, room.settings.limits, now)
    kept = row.kept if row else ()
    moves = findings_moved(kept, seen, now, first_look=first_look(before, kept))
    draft.healths[key] = seen.health
    draft.findings[key] = list(moves.kept)
    if before is None or row is None or row.repository.state is RepositoryState.GONE:
        draft.happenings.append(_found(after, baseline=baseline))
        return
    change = changed(before, after, row.health, seen.health)
    draft.happenings += [change] if change else []
    draft.happenings += observation(before, after)
    draft.happenings += moves.happenings(name)


def _found(snapshot: Snapshot, *, baseline: bool) -> Happening:
    return Happening(
        kind="repository.found",
        repository=snapshot.repository.name,
        summary=f"found at {snapshot.path}",
        data={"path": snapshot.path, "baseline": baseline},
    )


def _gone(name: str) -> Happening:
    return Happening(
        kind="repository.gone", repository=name, summary="its last clone here has vanished"
    )


def _tell_heirs(draft: Draft, heirs: Mapping[str, str]) -> None:
    """Say of a repository whose last clone got another remote, under which name it goes on."""
    for index, happening in enumerate(draft.happenings):
        heir = heirs.get(happening.repository or "")
        if happening.kind == "repository.gone" and heir:
            name = draft.snapshots[heir].repository.name
            summary = f"its last clone here is {name} now"
            draft.happenings[index] = happening.model_copy(update={"summary": summary})


def _pass_by(
    draft: Draft,
    room: "Room",
    row: Row,
    source: DirectorySource,
    root: Path,
    here: frozenset[str],
    found: Found,
    now: datetime,
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
            clones.append(gather.unseen(facts, reason, now))
        elif failed:
            clones.append(facts)
    if tuple(clones) != row.snapshot.clones:
        _judge(draft, room, row, _with(row.snapshot, clones), now, baseline=False)


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


def _rename(draft: Draft, fleet: Fleet) -> None:
    """Give new repositories names, and others another one where theirs is no longer unique."""
    rows = [fleet.get(key) for key in draft.snapshots]
    if all(row and row.repository.state is not RepositoryState.GONE for row in rows):
        return
    known = {row.repository.key: row.snapshot for row in fleet}
    everything: Mapping[str, Snapshot] = {**known, **draft.snapshots}
    called = _names(everything.values())
    renamed: dict[str, str] = {}
    for key, snapshot in everything.items():
        name, former = called[key], snapshot.repository.name
        if former != name:
            renamed[former] = name
            repository = snapshot.repository.model_copy(update={"name": name})
            draft.snapshots[key] = snapshot.model_copy(update={"repository": repository})
            if key in known and repository.state is not RepositoryState.GONE:
                draft.happenings.append(_called(name, former))
    draft.happenings = [
        happening.model_copy(
            update={"repository": renamed.get(happening.repository or "", happening.repository)}
        )
        for happening in draft.happenings
    ]


def _names(snapshots: Collection[Snapshot]) -> dict[str, str]:
    """A name for each key. One that is gone gives its name up when another one needs it."""
    gone = [each for each in snapshots if each.repository.state is RepositoryState.GONE]
    here = [each for each in snapshots if each.repository.state is not RepositoryState.GONE]
    called = names([gather.identity_of_snapshot(each) for each in here])
    taken = {name.lower() for name in called.values()}
    for former in (each.repository for each in gone):
        mark = sha256(former.key.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        plain_name = former.name.partition("~gone-")[0]
        free = former.name.lower() not in taken
        called[former.key] = former.name if free else f"{plain_name}~gone-{mark}"
    return called


def _called(name: str, former: str) -> Happening:
    return Happening(
        kind="repository.changed",
        repository=name,
        summary=f"is called {name} now, to be told apart from another {former}",
        data={"was": former},
    )


def _source_moved(
    source: DirectorySource,
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
                "source": source.key,
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
            data={"source": source.key, "path": path},
        )
        for path in before
        if path not in now
    ]
    return [*failing, *recovered]
