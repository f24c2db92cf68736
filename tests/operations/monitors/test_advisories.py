"""The owner that scans refreshes advisories, at its start and when an archive is replaced."""

from datetime import timedelta
from pathlib import Path

import anyio
import pytest
from tests.clients.advisories.archives import write
from tests.clients.advisories.double import vuln
from tests.operations.rooms import PATIENCE, Yard, opened

from opsroom.operations.monitors import advisories
from opsroom.operations.room import Room
from opsroom.settings import ScanSetting

pytestmark = pytest.mark.anyio


async def known(room: Room, name: str) -> None:
    with anyio.fail_after(PATIENCE):
        while await anyio.to_thread.run_sync(room.advisories.get, name) is None:
            await anyio.sleep(0.01)


async def test_the_owner_refreshes(
    yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(advisories, "PAUSE", 0.02)
    monkeypatch.setattr(advisories, "LOOK_EVERY", timedelta())
    write(tmp_path / "data", "npm", {"GHSA-1": vuln("GHSA-1", "npm", "a")})
    settings = yard.settings(scan=ScanSetting(offline=tmp_path / "data", scanners=()))
    async with opened(settings, watches=True, scans=True) as room:
        await known(room, "GHSA-1")
        write(tmp_path / "data", "npm", {"GHSA-2": vuln("GHSA-2", "npm", "a")})
        await known(room, "GHSA-2")


async def test_who_does_not_scan_asks_for_nothing(yard: Yard, tmp_path: Path) -> None:
    write(tmp_path / "data", "npm", {"GHSA-1": vuln("GHSA-1", "npm", "a")})
    settings = yard.settings(scan=ScanSetting(offline=tmp_path / "data"))
    async with opened(settings) as room:
        with anyio.move_on_after(0.1):
            await advisories.run(room)
        assert room.advisories.get("GHSA-1") is None
