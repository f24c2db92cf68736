"""Recording what became of names that clones say and that no source lists.

Where a name leads to a repository that is known, the clones are of that one, and so will be all
that turn up under the name. Where it leads elsewhere, or nowhere, that is kept with the clones.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from opsroom.clients.host import Named, Resolved
from opsroom.model.finding import FindingState, KeptFinding
from opsroom.model.host import Whereabouts
from opsroom.model.repository import RepositoryState
from opsroom.model.snapshot import Snapshot
from opsroom.operations import gather
from opsroom.operations.draft import Draft
from opsroom.operations.fleet import Row
from opsroom.operations.record import LAST_CLONE, without
from opsroom.settings import HostSource

if TYPE_CHECKING:
    from opsroom.operations.room import Room


async def record_resolved(
    room: "Room", source: HostSource, asked: Mapping[str, str], resolved: Resolved
) -> None:
    """Write where names lead. `asked`: the name that was asked for, by the key of each clone's row.

    What could not be told stays as it was.
    """
    async with room.store.write() as connection:
        await room.fleet.refresh(connection)
        draft = Draft(room.limits, room.now())
        joining: dict[str, list[Row]] = {}
        for key, name in asked.items():
            row, found = room.fleet.get(key), resolved.to.get(name)
            if row is None or not row.snapshot.clones or row.snapshot.hosted:
                continue
            known = room.fleet.of_host(source.host, found.id) if found else None
            if known and known.repository.state is not RepositoryState.GONE and known is not row:
                if row.repository.host_id is None:
                    joining.setdefault(known.repository.key, []).append(row)
            elif found and _is_elsewhere(room, source, found):
                _keep(draft, row, _elsewhere(draft, source, name, found))
            elif name in resolved.nowhere and _owner(name) == (source.owner or "").lower():
                _keep(draft, row, Whereabouts(at=draft.now, source=source.key))
        for key, rows in joining.items():
            _join(draft, room.fleet.get(key), rows)
        await draft.save(connection, room.fleet)
    await room.refresh()


def _is_elsewhere(room: "Room", source: HostSource, found: Named) -> bool:
    """Whether no source watches a repository. One that a source does will be listed soon."""
    return not any(
        each.host == source.host and each.owns(found.full_name)
        for each in (source, *room.settings.hosts)
    )


def _elsewhere(draft: Draft, source: HostSource, name: str, found: Named) -> Whereabouts | None:
    """Where a name leads that isn't watched; None where that is just what it says."""
    if found.full_name.lower() == name.lower():
        return None
    url = f"{urlsplit(source.base_url).scheme}://{source.host}/{found.full_name}"
    return Whereabouts(at=draft.now, source=source.key, full_name=found.full_name, url=url)


def _keep(draft: Draft, row: Row, where: Whereabouts | None) -> None:
    """Note where a name leads, unless that is known."""
    known = row.snapshot.whereabouts
    same = isinstance(known, Whereabouts) and where and known.full_name == where.full_name
    if not same and (known or where):
        draft.judge(row, row.snapshot.model_copy(update={"whereabouts": where}))


def _owner(full_name: str) -> str:
    return full_name.partition("/")[0].lower()


def _join(draft: Draft, row: Row | None, others: Sequence[Row]) -> None:
    """Make the clones of some rows clones of the one that their host says they are of."""
    if row is None:
        return
    after = row.snapshot
    for other in others:
        after = _with_clones(after, other.snapshot)
    draft.judge(row, after)
    for other in others:
        _inherit(draft, row, other)
        paths = {facts.clone.path for facts in other.snapshot.clones}
        draft.heirs = {**draft.heirs, other.name: row.repository.key}
        draft.judge(other, without(other.snapshot, paths), gone=LAST_CLONE)


def _with_clones(snapshot: Snapshot, other: Snapshot) -> Snapshot:
    """A snapshot with the clones of another, and everything that it was called."""
    known, more = snapshot.repository, other.repository
    also = dict.fromkeys((*known.also, more.key, *more.also))
    also.pop(known.key, None)
    repository = known.model_copy(
        update={
            "also": tuple(also),
            "environment": known.environment or more.environment,
            "labels": tuple(sorted({*known.labels, *more.labels})),
            "sources": tuple(sorted({*known.sources, *more.sources})),
        }
    )
    clones = gather.merged(snapshot, {facts.clone.path: facts for facts in other.clones})
    return snapshot.model_copy(update={"repository": repository, "clones": clones})


def _inherit(draft: Draft, row: Row, other: Row) -> None:
    """Let findings about clones go on as they were: known, suppressed, and no news."""
    key = row.repository.key
    before = {_about(each): each for each in other.kept if each.state is not FindingState.FIXED}
    known = {each.finding.id for each in row.kept}
    kept: list[KeptFinding] = []
    told_before: set[str] = set()
    for each in draft.findings.get(key, []):
        same = before.get(_about(each)) if each.finding.id not in known else None
        if same and each.state is FindingState.OPEN:
            told_before.add(each.finding.id)
            life = {"state": same.state, "baseline": same.baseline, "opened_at": same.opened_at}
            kept.append(each.model_copy(update=life))
        else:
            kept.append(each)
    draft.findings[key] = kept
    draft.happenings = [
        each for each in draft.happenings if each.data.get("finding") not in told_before
    ]


def _about(kept: KeptFinding) -> tuple[str, str, str]:
    """What a finding is about, whichever repository it is of."""
    return kept.finding.rule, kept.finding.location, kept.finding.message
