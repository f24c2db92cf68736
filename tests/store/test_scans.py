from datetime import timedelta

import pytest
from tests.store.samples import NOW, fleet

from opsroom.model.scan import Scan, Skipped
from opsroom.store.database import Store
from opsroom.store.scans import load_done, load_failed, load_scans, save_scans
from opsroom.store.snapshots import save_snapshots

pytestmark = pytest.mark.anyio


def scan(scanner: str, commit: str = "c" * 40, **more: object) -> Scan:
    told = {"scanner": scanner, "key": f"{scanner}@{commit}", "commit": commit, "at": NOW}
    return Scan.model_validate({**told, **more})


async def repositories(store: Store, count: int) -> list[int]:
    async with store.write() as connection:
        return list((await save_snapshots(connection, fleet(count), 1, NOW)).values())


async def test_a_scan_comes_back_as_it_was(store: Store) -> None:
    one, two = await repositories(store, 2)
    looks = [
        scan(
            "ruff",
            version="0.17",
            rules="abc",
            files=3,
            kinds=("python",),
            skipped=(Skipped(reason="not UTF-8", count=2, example="a\x1b.py"),),
            seconds=0.5,
        ),
        scan("zizmor", reason="it is not installed"),
    ]
    async with store.write() as connection:
        await save_scans(connection, {one: looks, two: looks[:1]})
    async with store.read() as connection:
        assert await load_scans(connection) == {one: looks, two: looks[:1]}
        assert await load_scans(connection, [two]) == {two: looks[:1]}
        assert await load_done(connection, [one]) == {one: {"ruff": looks[0]}}


async def test_a_failed_look_is_the_last_and_what_was_seen_before_is_kept(store: Store) -> None:
    (one,) = await repositories(store, 1)
    first = scan("ruff", rules="old")
    failed = scan("ruff", "d" * 40, reason="out of memory", at=NOW + timedelta(hours=1))
    again = scan("ruff", "d" * 40, rules="new", at=NOW + timedelta(hours=2))
    async with store.write() as connection:
        await save_scans(connection, {one: [first]})
        await save_scans(connection, {one: [failed]})
    async with store.read() as connection:
        assert await load_scans(connection) == {one: [failed]}
        assert await load_done(connection) == {one: {"ruff": first}}
    async with store.write() as connection:
        await save_scans(connection, {one: [again]})
    async with store.read() as connection:
        assert await load_scans(connection) == {one: [again]}
        assert await load_done(connection) == {one: {"ruff": again}}


async def test_looks_that_failed_for_one_reason_are_found(store: Store) -> None:
    one, two = await repositories(store, 2)
    failed = scan("dependencies", reason="no advisories")
    async with store.write() as connection:
        await save_scans(connection, {one: [failed, scan("ruff", reason="no advisories")]})
        await save_scans(connection, {two: [scan("dependencies", reason="another")]})
        assert await load_failed(connection, "dependencies", "no advisories") == {one: failed}
