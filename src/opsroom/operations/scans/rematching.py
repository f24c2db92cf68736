"""Rematching: what new advisories mean for packages that are known, without touching a repository.

    packages of which something moved -> who uses them, by index -> matched once for each version
      -> findings moved, health, events: one transaction for some hundred repositories

Only what is known of these packages moves. What can't be read now stays as it was found.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import anyio.to_thread

from opsroom.judge import profile
from opsroom.judge.exposure.packages import Exposed, Use, exposed
from opsroom.judge.findings.hits import Looked, looked, path_of
from opsroom.judge.findings.host_alerts import DEPENDENCIES, twins_of
from opsroom.judge.findings.moves import Moves, findings_moved
from opsroom.judge.scope import Scope
from opsroom.model.finding import KeptFinding
from opsroom.model.limits import Limits
from opsroom.model.package import Package
from opsroom.model.purl import package_key
from opsroom.model.repository import RepositoryState
from opsroom.model.scan import Scan
from opsroom.operations.advisories.data import told_data, wanted
from opsroom.operations.fleet import Row
from opsroom.operations.scans.exposure import NO_DATA, Known, Marks, is_new, marks_of
from opsroom.operations.scans.moved import Moved
from opsroom.store.findings import load_about
from opsroom.store.inventories import declaring_of, users_of
from opsroom.store.meta import matched, put_matched
from opsroom.store.repositories import keys_of
from opsroom.store.scans import load_failed, save_scans
from opsroom.store.statements import load_statements

if TYPE_CHECKING:
    from opsroom.operations.room import Room

AT_ONCE = 400
"""Repositories that are written in one transaction."""


@dataclass(slots=True)
class _Affected:
    """What is known of some packages in one repository."""

    uses: list[Use] = field(default_factory=list[Use])
    exposed: Exposed = field(default_factory=Exposed)


async def rematch(room: "Room", purls: Collection[str]) -> int:
    """Match these packages (purls without version) with the advisories as they are now, fleet-wide.

    Gives how many repositories were looked into. Harmless to repeat.

    Raises:
        StoreError: the store or the index can't be used; what was written before stays.
    """
    data = await told_data(room)
    async with room.store.read() as connection:
        uses = await users_of(connection, purls)
        about = await load_about(connection, DEPENDENCIES, purls)
        before = marks_of(await matched(connection))
    names = wanted(room)
    known = await anyio.to_thread.run_sync(Known.of, room.advisories, names, data, purls)
    affected: dict[int, _Affected] = {number: _Affected() for number in about}
    for use in uses:
        if use.repository_id in affected or _matches(known, use.package):
            affected.setdefault(use.repository_id, _Affected())
    for use in uses:
        if use.repository_id in affected:
            affected[use.repository_id].uses.append((use.path, use.package))
    if known.reason is None:
        numbers = list(affected)
        for start in range(0, len(numbers), AT_ONCE):
            some = {number: affected[number] for number in numbers[start : start + AT_ONCE]}
            await _move(room, purls, some, known, before)
        async with room.store.write() as connection:
            await put_matched(connection, known.data)
        await _complete(room, known.data)
    await room.refresh()
    return len(affected)


def _matches(known: Known, package: Package) -> bool:
    told = known.advisories.of(package.purl, package.version, package.constraint, package.origin)
    return bool(told.matches)


async def _move(
    room: "Room",
    purls: Collection[str],
    affected: Mapping[int, _Affected],
    known: Known,
    before: Marks,
) -> None:
    """Write what follows for some repositories."""
    async with room.store.write() as connection:
        await room.fleet.refresh(connection)
        keys = await keys_of(connection, affected)
        kept = await load_about(connection, DEPENDENCIES, purls, affected)
        declaring = await declaring_of(connection, affected)
        moved = Moved(room.now(), await load_statements(connection, affected))
        limits = room.limits
        for number, each in affected.items():
            row = room.fleet.get(keys.get(number, ""))
            if row is None or row.repository.state is RepositoryState.GONE:
                continue
            each.exposed = exposed(each.uses, declaring.get(number, ()), known.advisories)
            moves = _moves(row, each, kept.get(number, []), limits, before, moved.now)
            moved.note(number, row, [moves])
        await moved.save(connection)


def _moves(
    row: Row,
    affected: _Affected,
    kept: Sequence[KeptFinding],
    limits: Limits,
    before: Marks,
    now: datetime,
) -> Moves:
    scope = Scope(row.snapshot, profile.profile(row.snapshot, limits))
    found = looked(
        DEPENDENCIES,
        affected.exposed.hits,
        scope,
        limits,
        row.repository.key,
        kept,
        doubted=affected.exposed.unknown | frozenset(_unseen(affected.uses, kept)),
    )
    look = next((scan for scan in row.scans if scan.scanner == DEPENDENCIES), None)
    is_first = look is None or look.reason == NO_DATA
    marks = before or marks_of(look.data if look else "")
    return findings_moved(
        kept,
        found,
        now,
        first_look=is_first,
        backlog=_old(found, affected.exposed, marks),
        twins=twins_of(found.findings, row.kept),
    )


def _unseen(uses: Iterable[Use], kept: Iterable[KeptFinding]) -> Iterable[str]:
    """The packages with a finding in a place that can't be read now: a look at it will tell."""
    there = {(package_key(package.purl), path) for path, package in uses}
    for each in kept:
        if each.finding.advisory is not None:
            key = package_key(each.finding.advisory.package)
            if (key, path_of(each.finding.location)) not in there:
                yield key


def _old(found: Looked, told: Exposed, marks: Marks) -> frozenset[str]:
    """The fingerprints of what could have been known before, had its advisory been here."""
    new = {advisory.id for advisory in told.advisories if is_new(advisory, marks)}
    return frozenset(
        each.fingerprint
        for each in found.findings
        if each.advisory is None or each.advisory.id not in new
    )


async def _complete(room: "Room", data: str) -> None:
    """Make good the looks at packages that told nothing for want of advisories."""
    async with room.store.write() as connection:
        failed = await load_failed(connection, DEPENDENCIES, NO_DATA)
        if not failed:
            return
        made_good = {"reason": None, "data": data}
        looks: dict[int, list[Scan]] = {
            number: [scan.model_copy(update=made_good)] for number, scan in failed.items()
        }
        await save_scans(connection, looks)
        await Moved(room.now()).save(connection, touched=looks)
