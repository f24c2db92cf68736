"""A new advisory over a fleet whose packages are known: nothing of any repository is touched."""

import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
from tests.benchmarks.bench import Bench
from tests.benchmarks.measure import Figure, Table, shown
from tests.judge.builders import hosted, remote

from opsroom.model.advisory import Advisory, Affected, Interval
from opsroom.model.inventory import Inventory, InventoryFile
from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.model.scan import Scan
from opsroom.model.severity import Severity
from opsroom.operations.draft import Draft
from opsroom.operations.room import Room
from opsroom.operations.scans.rematching import rematch
from opsroom.settings import GithubSource, Settings
from opsroom.store.inventories import save_inventory, users_of
from opsroom.store.packages import save_manifests
from opsroom.store.repositories import ids_of
from opsroom.store.scans import save_scans
from opsroom.store.surveys import Survey, save_surveys

EACH = 200
"""Packages of one repository."""
NAMES = 5_000
VERSIONS = 20
BATCH = 500
ACME = GithubSource(kind="github", owners=("acme",))
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
EVERYWHERE, RARE = "pkg:npm/everywhere", "pkg:npm/name-7"


async def fill(room: Room, count: int) -> float:
    """Put a fleet into the store that was scanned once; gives the rows of packages a second."""
    async with room.store.write() as connection:
        await save_surveys(connection, [Survey(source=ACME.key, at=NOW)])
    spent = 0.0
    for start in range(0, count, BATCH):
        names = [f"acme/r{number}" for number in range(start, min(start + BATCH, count))]
        async with room.store.write() as connection:
            draft = Draft(room.limits, NOW)
            for name in names:
                seen = hosted(
                    key=f"github.com/{name}", name=name, remote=remote(id=name, full_name=name)
                )
                known = seen.repository.model_copy(update={"sources": (ACME.key,)})
                draft.judge(None, seen.model_copy(update={"repository": known}), baseline=True)
            await draft.save(connection, room.fleet)
            ids = await ids_of(connection, [f"github.com/{name}" for name in names])
            held = {number: (_key(number), _lock(number)) for number in ids.values()}
            began = time.perf_counter()
            await save_manifests(connection, dict(held.values()))
            await save_inventory(connection, {n: _taken(key) for n, (key, _) in held.items()})
            spent += time.perf_counter() - began
            await save_scans(connection, {number: [_scan()] for number in ids.values()})
    await room.refresh()
    return count * EACH / spent


def _key(number: int) -> tuple[str, str]:
    return f"{number:064x}", "package-lock@1"


def _lock(number: int) -> Manifest:
    """Packages as they are in a fleet: one that everybody has, and many that some have."""
    chance = random.Random(number)
    some = chance.sample(range(NAMES), EACH - 1)
    packages = (
        Package(f"pkg:npm/name-{name}", f"1.{chance.randrange(VERSIONS)}.0") for name in some
    )
    return Manifest((Package(EVERYWHERE, "2.0.0", direct=True), *packages))


def _taken(key: tuple[str, str]) -> Inventory:
    return Inventory("c" * 40, (InventoryFile("package-lock.json", key[1], key[0]),))


def _scan() -> Scan:
    data = f"osv {(NOW - timedelta(days=1)).isoformat()}"
    return Scan(scanner="dependencies", key="k", commit="c" * 40, at=NOW, files=1, data=data)


def _advisory(name: str, purl: str, below: str) -> Advisory:
    return Advisory(
        id=name,
        severity=Severity.HIGH,
        summary="a flaw",
        published=NOW,
        modified=NOW,
        sources=("osv",),
        affected=(
            Affected(
                purl=purl, ecosystem="npm", intervals=(Interval(introduced="0", fixed=below),)
            ),
        ),
    )


async def timed(room: Room, advisory: Advisory, purl: str) -> tuple[float, int]:
    """Seconds from a new advisory to findings in the store, and of how many repositories."""
    room.advisories.add("osv", [advisory], at=NOW)
    began = time.perf_counter()
    moved = await rematch(room, [purl])
    return time.perf_counter() - began, moved


async def _measure(home: Path, count: int) -> tuple[float, Sequence[tuple[float, int]], float]:
    settings = Settings(home=home, sources=(ACME,))
    async with Room(settings, watches=False, clock=lambda: NOW) as room:
        await room.open()
        rate = await fill(room, count)
        room.advisories.add("osv", (), at=NOW)
        nowhere = await timed(room, _advisory("CVE-2026-1", RARE, "0.9"), RARE)
        some = await timed(room, _advisory("CVE-2026-2", RARE, "1.5.0"), RARE)
        everywhere = await timed(room, _advisory("CVE-2026-3", EVERYWHERE, "2.1"), EVERYWHERE)
        began = time.perf_counter()
        async with room.store.read() as connection:
            await users_of(connection, [EVERYWHERE])
        found = time.perf_counter() - began
    return rate, (nowhere, some, everywhere), found


def test_new_advisory(bench: Bench) -> None:
    count = bench.size(10_000, 500)
    home = bench.scratch / "advisory"
    home.mkdir()
    rate, (nowhere, some, everywhere), found = anyio.run(_measure, home, count)
    assert (nowhere[1], everywhere[1]) == (0, count)
    assert 0 < some[1] < count / 20
    about = f"{count:,} repositories, {EACH} packages each"
    bench.report(
        Table(
            title=f"A new advisory: {about}",
            source="test_new_advisory",
            figures=[
                Figure("a new advisory, to findings in the store", some[0], "s", 1.0),
                Figure("one that holds nowhere", nowhere[0], "s", 1.0),
                Figure(
                    "one that holds in every repository: as many findings, healths, events",
                    everywhere[0],
                    "s",
                ),
                Figure("packages of manifests written", rate, "a second"),
            ],
            columns=["", "repositories", "time"],
            sides=[
                ["it holds nowhere", str(nowhere[1]), shown(nowhere[0], "s")],
                ["it holds for a package that some use", str(some[1]), shown(some[0], "s")],
                ["it holds everywhere", str(everywhere[1]), shown(everywhere[0], "s")],
                ["finding all uses of that one", str(count), shown(found, "s")],
            ],
            note="SQLite. Each is matched once for each version in use, by index; then findings, "
            "health and events are written. No repository is read.",
        )
    )
