import pytest
from sqlalchemy import func, select
from tests.store.packing import LOCK, NPM, at, digest, inventory, package
from tests.store.samples import MINUTE, NOW, finding, fleet
from tests.store.test_scans import scan

from opsroom.model.finding import FindingState
from opsroom.model.manifest import Manifest
from opsroom.model.repository import RepositoryState
from opsroom.model.snapshot import Snapshot
from opsroom.store.database import Store
from opsroom.store.findings import forget_findings, load_findings, save_findings
from opsroom.store.inventories import load_inventories, packages_of, save_inventory
from opsroom.store.packages import known, save_manifests
from opsroom.store.pruning import forget_gone, forget_orphans, forget_versions
from opsroom.store.scan_tables import manifest_packages, package_versions
from opsroom.store.scans import load_scans, save_scans
from opsroom.store.snapshots import save_snapshots

pytestmark = pytest.mark.anyio


def gone(seen: Snapshot) -> Snapshot:
    repository = seen.repository.model_copy(update={"state": RepositoryState.GONE})
    return seen.model_copy(update={"repository": repository})


async def test_manifests_that_nobody_has_go_with_all_they_hold(store: Store) -> None:
    other = Manifest(packages=(package("web", "9.0.0"),))
    async with store.write() as connection:
        (one,) = (await save_snapshots(connection, fleet(1), 1, NOW)).values()
        await save_manifests(connection, {(digest(1), NPM): LOCK, (digest(2), NPM): other})
        await save_inventory(connection, {one: inventory(at("a"))})
    async with store.write() as connection:
        assert await forget_orphans(connection) == 1
        assert await forget_orphans(connection) == 0
        assert await forget_versions(connection) == 1
    async with store.read() as connection:
        keys = [(digest(1), NPM), (digest(2), NPM)]
        assert set(await known(connection, keys)) == {(digest(1), NPM)}
        assert len((await packages_of(connection, [one]))[one]) == len(LOCK.packages)
        for table in (manifest_packages, package_versions):
            count = await connection.scalar(select(func.count()).select_from(table))
            assert count == len(LOCK.packages)


async def test_what_scans_told_of_the_gone_goes(store: Store) -> None:
    here, there = fleet(2)
    async with store.write() as connection:
        ids = await save_snapshots(connection, [here, there], 1, NOW)
        one, two = ids.values()
        await save_manifests(connection, {(digest(1), NPM): LOCK})
        await save_inventory(connection, {number: inventory(at("a")) for number in (one, two)})
        await save_scans(connection, {number: [scan("ruff")] for number in (one, two)})
        await save_snapshots(connection, [gone(there)], 2, NOW)
        assert await forget_gone(connection) == 3
    async with store.read() as connection:
        assert list(await load_scans(connection)) == [one]
        assert list(await load_inventories(connection)) == [one]


async def test_only_mended_findings_of_scanners_are_forgotten(store: Store) -> None:
    old = {"state": FindingState.FIXED, "closed_at": NOW - MINUTE}
    mended, recent, check = (finding("r", mark, **old) for mark in ("1", "2", "3"))
    scanned = {"scanner": "ruff"}
    mended = mended.model_copy(update={"finding": mended.finding.model_copy(update=scanned)})
    recent = recent.model_copy(
        update={"finding": recent.finding.model_copy(update=scanned), "closed_at": NOW}
    )
    async with store.write() as connection:
        (one,) = (await save_snapshots(connection, fleet(1), 1, NOW)).values()
        await save_findings(connection, {one: [mended, recent, check]})
        assert await forget_findings(connection, NOW) == 1
    async with store.read() as connection:
        assert await load_findings(connection) == {one: [recent, check]}
