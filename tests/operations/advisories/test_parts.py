"""What a diagnosis says of advisories."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opsroom.model.advisory import Advisory, AdvisoryRecord
from opsroom.operations.advisories.parts import advisory_parts
from opsroom.operations.parts import State
from opsroom.settings import ScanSetting, Settings
from opsroom.store.advisories.index import NAME, AdvisoryIndex

NOW = datetime.now(UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", scan=ScanSetting(advisories=("osv",)))


def test_before_the_first_start(settings: Settings) -> None:
    (part,) = advisory_parts(settings)
    assert part.state is State.NOTE
    assert not settings.home.exists()
    none = settings.model_copy(update={"scan": ScanSetting(advisories=())})
    assert "no source" in advisory_parts(none)[0].said


@pytest.mark.parametrize(
    ("age", "failed", "state", "said"),
    [
        (timedelta(hours=5), "", State.WORKS, "1 held, 5 hours old, the newest of 2026-11-20"),
        (timedelta(hours=30), "it answered 503", State.NOTE, "503"),
        (timedelta(days=5), "", State.BROKEN, "fetched 5 days ago"),
    ],
)
def test_ages(settings: Settings, age: timedelta, failed: str, state: State, said: str) -> None:
    modified = datetime(2026, 11, 20, tzinfo=UTC)
    with closing(AdvisoryIndex(settings.home / NAME)) as index:
        bad = AdvisoryRecord("B-1", "1", reason="not JSON")
        index.add("osv", [Advisory(id="A-1", modified=modified), bad], at=NOW - age)
        if failed:
            index.failed("osv", failed)
    before = (settings.home / NAME).read_bytes()
    (part,) = advisory_parts(settings)
    assert (part.part, part.state) == ("advisories osv", state)
    assert said in part.said
    assert state is State.BROKEN or "1 not JSON" in part.said
    assert (settings.home / NAME).read_bytes() == before


def test_a_damaged_file_is_said_and_left(settings: Settings) -> None:
    settings.home.mkdir()
    (settings.home / NAME).write_bytes(b"no database" * 1000)
    (part,) = advisory_parts(settings)
    assert part.state is State.BROKEN
    assert [each.name for each in settings.home.iterdir()] == [NAME]


def test_many_ecosystems_are_not_a_wall(settings: Settings) -> None:
    with closing(AdvisoryIndex(settings.home / NAME)) as index:
        index.add("osv", [], at=NOW)
        for number in range(30):
            index.add("offline", [], part=f"Debian:{number}", at=NOW)
        index.add("offline", [], part="zzz", at=NOW - timedelta(days=9))
    parts = advisory_parts(settings)
    assert len(parts) == 13
    assert parts[0].part == "advisories offline:zzz"
    assert parts[-1].said == "20 more sources are up to date"
