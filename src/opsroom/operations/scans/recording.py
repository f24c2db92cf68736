"""Recording what scanners saw, in one transaction: packages, looks, findings, health, events.

    looks and their hits -> findings with lives of their own -> moved, each scanner's by itself
      -> health of what is open -> only transitions become events -> store

A look that failed moves nothing: it is kept as a look, with its reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from opsroom.judge import profile
from opsroom.judge.findings.hits import TOO_MANY, Looked, is_baseline, looked
from opsroom.judge.findings.host_alerts import DEPENDENCIES, host_looked, twins_of
from opsroom.judge.findings.moves import Moves, findings_moved
from opsroom.judge.scope import Scope
from opsroom.judge.threats import events
from opsroom.model.event import Happening
from opsroom.model.finding import KeptFinding
from opsroom.model.limits import Limits
from opsroom.model.purl import package_key
from opsroom.model.repository import RepositoryState
from opsroom.model.scan import Hit, Scan, Skipped
from opsroom.operations.fleet import Row
from opsroom.operations.graph.keeping import keep_links
from opsroom.operations.scans.exposure import Exposure, exposures, is_new, marks_of
from opsroom.operations.scans.imported import with_imported
from opsroom.operations.scans.looking import Seen
from opsroom.operations.scans.moved import Moved, standing
from opsroom.store.findings import load_findings
from opsroom.store.inventories import Located, packages_of, save_inventory
from opsroom.store.packages import save_manifests
from opsroom.store.repositories import ids_of
from opsroom.store.scans import load_done, save_scans
from opsroom.store.statements import load_statements

if TYPE_CHECKING:
    from opsroom.operations.room import Room
    from opsroom.store.database import Connection

THREATS = "threats"


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What was seen of one repository, by its key."""

    key: str
    seen: Seen


async def record_scans(room: "Room", results: Sequence[ScanResult]) -> None:
    """Write what scanners saw of some repositories, with everything that follows from it.

    What is of a repository that is no longer there is left out.

    Raises:
        StoreError: it can't be written; then nothing is.
    """
    looks = await with_imported(room, {result.key: result.seen for result in results})
    exposed = await exposures(room, looks)
    now = room.now()
    async with room.store.write() as connection:
        await room.fleet.refresh(connection)
        rows = {key: row for key in looks if (row := _present(room.fleet.get(key)))}
        ids = await ids_of(connection, rows)
        numbers = [ids[key] for key in rows]
        kept = await load_findings(connection, numbers)
        done = await load_done(connection, numbers)
        before = await packages_of(connection, [ids[key] for key in rows if key in exposed])
        moved = Moved(now, await load_statements(connection, numbers))
        scans: dict[int, list[Scan]] = {}
        for key, row in rows.items():
            number = ids[key]
            told = _Told(row, kept.get(number, []), room.limits, done.get(number, {}))
            exposure = exposed.get(key)
            scans[number] = [
                told.packages(scan, exposure, before.get(number, []), looks[key])
                if scan.scanner == DEPENDENCIES and exposure is not None
                else told.look(scan, looks[key])
                for scan in looks[key].scans
            ]
            moved.note(number, row, told.moves(moved.now))
        await _save_packages(connection, {ids[key]: looks[key] for key in rows})
        for row, graph_moved in await _keep_links(room, connection, rows, ids, looks, done):
            moved.tell(row, graph_moved)
        await save_scans(connection, scans)
        await moved.save(connection, touched=scans)
    await room.refresh()


def _present(row: Row | None) -> Row | None:
    return None if row is None or row.repository.state is RepositoryState.GONE else row


async def _keep_links(
    room: "Room",
    connection: "Connection",
    rows: Mapping[str, Row],
    ids: Mapping[str, int],
    looks: Mapping[str, Seen],
    done: Mapping[int, Mapping[str, Scan]],
) -> list[tuple[Row, Happening]]:
    """Keep what repositories ask for, and answer for; gives what there is to tell of that."""
    looked = {
        ids[key]: (row, inventory)
        for key, row in rows.items()
        if (inventory := looks[key].inventory) is not None
    }
    last = {key: done.get(ids[key], {}).get(DEPENDENCIES) for key in rows}
    backlog = frozenset(
        ids[key]
        for key in rows
        for scan in looks[key].scans
        if scan.scanner == DEPENDENCIES and last[key] and is_baseline(last[key], scan)
    )
    return await keep_links(connection, room.fleet, looked, room.now(), backlog)


async def _save_packages(connection: "Connection", looks: Mapping[int, Seen]) -> None:
    """Keep what manifests hold, and which of them repositories have."""
    taken = {number: seen.inventory for number, seen in looks.items() if seen.inventory is not None}
    for seen in looks.values():
        await save_manifests(connection, seen.manifests)
    await save_inventory(connection, taken, {number: looks[number].kinds for number in taken})


@dataclass(slots=True)
class _Told:
    """What the looks at one repository tell, until it is compared with what is kept."""

    row: Row
    kept: Sequence[KeptFinding]
    limits: Limits
    done: Mapping[str, Scan]
    looks: list[tuple[Looked, bool, frozenset[str]]] = field(
        default_factory=list[tuple[Looked, bool, frozenset[str]]]
    )
    """Each with whether all that it opens is backlog, and else the fingerprints that are."""

    def look(self, scan: Scan, seen: Seen) -> Scan:
        """Take in the look of one scanner; gives it as it is to be kept."""
        if scan.reason is not None:
            return scan
        found = self._looked(scan, seen.hits.get(scan.scanner, ()))
        if there := seen.there.get(scan.scanner):
            found = found.lasting(self._looked(scan, there), self.kept)
        self.looks.append((found, is_baseline(self.done.get(scan.scanner), scan), frozenset()))
        return _kept(scan, found)

    def _looked(self, scan: Scan, hits: Iterable[Hit]) -> Looked:
        return looked(
            scan.scanner,
            hits,
            self._scope(),
            self.limits,
            self.row.repository.key,
            self.kept,
            skipped=scan.skipped,
            untold=frozenset(events()) if scan.scanner == THREATS else frozenset(),
        )

    def packages(
        self, scan: Scan, exposure: Exposure, before: Sequence[Located], seen: Seen
    ) -> Scan:
        """Take in what advisories say of its packages; gives the look as it is to be kept."""
        if scan.reason is not None or exposure.reason is not None:
            return scan.model_copy(update={"reason": scan.reason or exposure.reason})
        doubts = tuple(
            Skipped(reason=reason, count=count, example=example)
            for reason, count, example in exposure.found.reasons
        )
        skipped = (*scan.skipped, *exposure.uncovered, *doubts)
        scan = scan.model_copy(update={"data": exposure.data, "skipped": skipped})
        files = seen.inventory.files if seen.inventory else ()
        unread = {file.path for file in files if file.reason}
        partly = {file.path for file in files if file.partly}
        there = {package_key(purl) for purl, _ in exposure.pairs}
        keys = [(each.path, package_key(each.package.purl)) for each in before]
        lost = {
            key for path, key in keys if path in unread or (path in partly and key not in there)
        }
        found = looked(
            DEPENDENCIES,
            exposure.found.hits,
            self._scope(),
            self.limits,
            self.row.repository.key,
            self.kept,
            skipped=_unread(seen),
            doubted=exposure.found.unknown | lost,
        )
        last = self.done.get(DEPENDENCIES)
        old = frozenset[str]() if last is None else _old(found, exposure, before, last)
        self.looks.append((found, is_baseline(last, scan), old))
        return _kept(scan, found)

    def moves(self, now: datetime) -> list[Moves]:
        """What moved: each scanner's findings, then those of the host that are told twice now."""
        moved: list[Moves] = []
        for found, first, old in self.looks:
            twins = twins_of(found.findings, self.kept) if found.scanner == DEPENDENCIES else {}
            moved.append(
                findings_moved(self.kept, found, now, first_look=first, backlog=old, twins=twins)
            )
        if any(found.scanner == DEPENDENCIES for found, _, _ in self.looks):
            lives = [*standing(self.kept, moved).values()]
            snapshot = self.row.snapshot
            key = snapshot.repository.key
            alerts = host_looked(snapshot.security, lives, self._scope(), self.limits, key)
            moved.append(findings_moved(lives, alerts, now))
        return moved

    def _scope(self) -> Scope:
        snapshot = self.row.snapshot
        return Scope(snapshot, profile.profile(snapshot, self.limits))


def _old(
    found: Looked, exposure: Exposure, before: Sequence[Located], last: Scan
) -> frozenset[str]:
    """The fingerprints of what was there at the last look, and could not be told then: the same
    packages, and advisories that came to be known, but are not new."""
    marks = marks_of(last.data)
    known = {(each.package.purl, each.package.version) for each in before}
    fresh = {
        (advisory.id, hit.advisory.package)
        for hit, advisory in zip(exposure.found.hits, exposure.found.advisories, strict=True)
        if hit.advisory
        if is_new(advisory, marks) or (hit.advisory.package, hit.advisory.version) not in known
    }
    return frozenset(
        each.fingerprint
        for each in found.findings
        if each.advisory and (each.advisory.id, each.advisory.package) not in fresh
    )


def _unread(seen: Seen) -> list[Skipped]:
    """The manifests that could not be read: what was found in them stays."""
    if seen.inventory is None:
        return []
    paths = tuple(file.path for file in seen.inventory.files if file.reason)
    unread = Skipped(reason="could not be read", count=len(paths), paths=paths)
    return [*seen.inventory.skipped, *([unread] if paths else [])]


def _kept(scan: Scan, found: Looked) -> Scan:
    """A look as it is kept: with what was too much."""
    if not found.left_out:
        return scan
    left = Skipped(reason=TOO_MANY, count=found.left_out)
    return scan.model_copy(update={"skipped": (*scan.skipped, left)})
