"""What doctor says of scanners: which are here, how to get the others, what they covered."""

import pytest
from tests.operations.rooms import Yard
from tests.operations.scans.fleet import fleet_of, look

from opsroom.operations.parts import State
from opsroom.operations.scan_parts import coverage_parts, scanner_parts
from opsroom.settings.tables import ScanSetting


def test_scanners_that_are_here_and_those_that_are_not(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    settings = yard.settings(scan=ScanSetting(scanners=("dockerfile", "ruff", "trivy")))
    parts = {part.part: part for part in scanner_parts(settings)}
    assert parts["scanner ruff"].state is State.WORKS
    assert "Python" in parts["scanner ruff"].said
    assert parts["scanner trivy"].state is State.NOTE
    assert "not installed" in parts["scanner trivy"].said
    assert parts["scanner trivy"].fix
    assert "zizmor" in parts["other scanners"].said
    assert parts["rules of secrets"].state is State.NOTE
    cache = yard.home / "cache" / "secrets"
    cache.mkdir(parents=True)
    (cache / "rules").write_bytes(b"x" * 2_000_000)
    parts = {part.part: part for part in scanner_parts(settings)}
    assert "2.0 MB" in parts["rules of secrets"].said


def test_no_scanner_chosen_is_said(yard: Yard) -> None:
    (part,) = scanner_parts(yard.settings(scan=ScanSetting(scanners=())))
    assert part.state is State.NOTE


@pytest.mark.anyio
async def test_how_far_the_fleet_was_scanned(yard: Yard) -> None:
    assert await coverage_parts(yard.settings()) == [], "there is no store yet"
    async with fleet_of(yard, "acme/api", "acme/web") as room:
        await look(room)
        (part,) = await coverage_parts(yard.settings())
        assert part.state is State.NOTE
        assert "of 2 repositories scanned" in part.said
        assert "no scanner has looked yet (1 repository)" in part.said
