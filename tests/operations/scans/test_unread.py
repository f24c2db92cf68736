"""Manifests that stop being understood: what was found in them is not fixed, and it is said."""

import json

import pytest
from tests.operations.rooms import Yard, look_over, only, opened
from tests.operations.scans.fleet import flaw, has_advisories

from opsroom.clients.git import laying
from opsroom.model.scan import Scan
from opsroom.operations.room import Room
from opsroom.operations.scans.coverage import reasons
from opsroom.operations.scans.due import Patience
from opsroom.operations.scans.equipment import equip
from opsroom.operations.scans.looking import PARTLY, Bench
from opsroom.operations.scans.one import scan_one
from opsroom.settings import ScanSetting, Settings

pytestmark = pytest.mark.anyio

LOCK = "package-lock.json"
WHOLE = json.dumps({"lockfileVersion": 3, "packages": {"node_modules/web": {"version": "1.0.0"}}})


def settings(yard: Yard) -> Settings:
    return yard.settings(scan=ScanSetting(scanners=("dependencies",)))


async def scanned(room: Room, bench: Bench) -> Scan:
    """The look at packages, after one scan."""
    await look_over(room)
    patience = Patience(room.settings.scan.every)
    await scan_one(room, only(room), bench, equip(room.settings), patience)
    (look,) = [scan for scan in only(room).scans if scan.scanner == "dependencies"]
    return look


def flaws(room: Room) -> list[str]:
    return [kept.finding.location for kept in only(room).findings if kept.finding.advisory]


@pytest.mark.parametrize("content", [WHOLE[:40], f"<<<<<<< ours\n{WHOLE}\n=======\n>>>>>>> theirs"])
async def test_a_lockfile_that_is_broken_now_fixes_nothing(yard: Yard, content: str) -> None:
    path = yard.clone("api")
    yard.commit(path, LOCK, WHOLE)
    bench = Bench(yard.home)
    async with opened(settings(yard)) as room:
        room.owner = True
        has_advisories(room, flaw(name="web"))
        await scanned(room, bench)
        assert flaws(room) == [f"{LOCK}:1"]
        yard.commit(path, LOCK, content)
        for again in range(2):  # the second time the content is known already
            look = await scanned(room, bench)
            assert flaws(room) == [f"{LOCK}:1"]
            assert look.files == 0
            assert [each.example for each in look.skipped] == [LOCK]
            assert any("left out" in each for each in reasons(only(room)))
            yard.commit(path, "other.txt", f"{again}\n")
        yard.commit(path, LOCK, WHOLE.replace("1.0.0", "1.0.1"))
        look = await scanned(room, bench)
        assert flaws(room) == []
        assert look.skipped == ()
    bench.rest()


async def test_what_may_stand_in_an_entry_that_is_not_understood_stays(yard: Yard) -> None:
    path = yard.clone("api")
    two = {"node_modules/web": {"version": "1.0.0"}, "node_modules/ui": {"version": "1.0.0"}}
    odd = {"node_modules/web": {"version": ["1.0.0"]}, "node_modules/ui": {"version": "1.0.1"}}
    yard.commit(path, LOCK, json.dumps({"lockfileVersion": 3, "packages": two}))
    bench = Bench(yard.home)
    async with opened(settings(yard)) as room:
        room.owner = True
        has_advisories(room, flaw(name="web"), flaw("CVE-2026-2", name="ui"))
        await scanned(room, bench)
        assert len(flaws(room)) == 2
        yard.commit(path, LOCK, json.dumps({"lockfileVersion": 3, "packages": odd}))
        look = await scanned(room, bench)
        (left,) = [kept.finding for kept in only(room).findings if kept.finding.advisory]
        assert left.advisory is not None
        assert left.advisory.package == "pkg:npm/web"
        assert [each.reason for each in look.skipped] == [PARTLY]
    bench.rest()


async def test_of_very_many_files_that_were_left_out_any_may_be_for_a_scanner(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laying, "MOST_NAMED", 1)
    deep = "/".join("d" * (laying.DEEPEST + 1))
    path = yard.clone("api")
    (path / deep).mkdir(parents=True)
    for name in ("a.txt", "b.py"):
        yard.commit(path, f"{deep}/{name}", "eval(input())\n")
    bench = Bench(yard.home)
    async with opened(yard.settings(scan=ScanSetting(scanners=("ruff",)))) as room:
        room.owner = True
        await look_over(room)
        patience = Patience(room.settings.scan.every)
        await scan_one(room, only(room), bench, equip(room.settings), patience)
        (look,) = only(room).scans
        assert [(each.reason, each.count) for each in look.skipped] == [
            (f"more than {laying.DEEPEST} folders deep", 2)
        ]
