"""Repositories that only their host has are scanned by whoever watches it."""

from collections.abc import Iterator
from pathlib import Path

import anyio
import anyio.to_thread
import pytest
from pydantic import SecretStr
from tests.hub import SmallHub
from tests.operations.hosts.worlds import row, settings, source, until
from tests.operations.rooms import Yard, git

from opsroom.demo.github.acts.pushes import commit_files
from opsroom.model.run import RunState
from opsroom.observe.sight import Sight
from opsroom.operations.room import Room
from opsroom.operations.scans import keeping, progress, taking_up
from opsroom.operations.scans.looking import UNFETCHED, of_host
from opsroom.operations.scans.requests import NOBODY, request
from opsroom.settings import DirectorySource, ScanSetting, Settings
from opsroom.store.runs import load_steps

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "AFTER_OPENING", 0.05)
    monkeypatch.setattr(keeping, "PAUSE", 0.1)
    monkeypatch.setattr(progress, "WRITE_EVERY", 0.05)
    monkeypatch.setattr(taking_up, "PAUSE", 0.05)


@pytest.fixture
def hub(tmp_path: Path) -> SmallHub:
    return SmallHub(tmp_path / "hub")


@pytest.fixture
def watched(hub: SmallHub, yard: Yard) -> Iterator[Settings]:
    with hub.serve() as url:
        sources = [
            source(owner, base_url=url, token=SecretStr(hub.token)) for owner in ("acme", "kim")
        ]
        yield settings(yard.home, *sources, scan=ScanSetting(scanners=("ruff", "threats")))


async def test_they_are_fetched_and_scanned(watched: Settings, hub: SmallHub) -> None:
    async with Room(watched, scans=True) as room:
        await room.open()

        def whole() -> bool:
            scanned = {each.name: each.scans for each in room.rows()}
            return len(scanned) >= 5 and all(len(scans) == 2 for scans in scanned.values())

        await until(whole, room, 15)
        looks = {each.scanner: each for each in row(room, "acme/api").scans}
        assert (looks["ruff"].files, looks["ruff"].reason) == (1, None)
        head = hub.repository("acme/api").refs["refs/heads/main"]
        assert {each.commit for each in looks.values()} == {head}
        assert looks["threats"].data == "main"
        empty = {each.scanner: each for each in row(room, "acme/empty").scans}
        assert (empty["ruff"].commit, empty["ruff"].reason) == ("", None)
        private = {each.scanner: each for each in row(room, "kim/notes").scans}
        assert private["ruff"].reason is None
    kept = b"".join(path.read_bytes() for path in watched.home.rglob("*") if path.is_file())
    assert hub.token.encode() not in kept


async def test_nobody_is_there_to_look(watched: Settings, hub: SmallHub) -> None:
    async with Room(watched, scans=False) as room:
        await room.open()
        await until(lambda: all(room.surveyed(each.key) for each in watched.hosts), room, 10)
    later = watched.model_copy(update={"sources": watched.sources[:0]})
    async with Room(later, watches=False) as room:
        await room.open()
        await room.refresh()
        rows = [each for each in room.fleet if each.name == "acme/api"]
        room._sweeps.clear()  # pyright: ignore[reportPrivateUsage]  # nobody has swept for a day
        run = await request(room, rows, (), "person")
        assert (run.status, run.failed) == (RunState.FAILED, 1)
        async with room.store.read() as connection:
            (step,) = await load_steps(connection, run.id)
        assert step.error == NOBODY
        await anyio.sleep(0)


async def test_a_clone_that_lags_behind_is_no_excuse(
    watched: Settings, hub: SmallHub, yard: Yard
) -> None:
    url = str(watched.hosts[0].base_url)
    folder = yard.code / "api"
    git(yard.code, "clone", "-q", f"{url}/acme/api.git", str(folder))
    head = commit_files(
        hub.world,
        hub.repository("acme/api"),
        "main",
        {"new.py": "eval(input())\n"},
        "more",
        hub.kim,
    )
    clones = DirectorySource(kind="directory", path=yard.code)
    both = watched.model_copy(update={"sources": (clones, *watched.sources)})
    async with Room(both, scans=True) as room:
        await room.open()

        def seen() -> bool:
            scans = [each.scans for each in room.rows() if each.name == "acme/api"]
            return bool(scans) and {scan.commit for scan in scans[0]} == {head}

        await until(seen, room, 15)
        api = row(room, "acme/api")
        assert api.snapshot.path == str(folder)
        assert "ruff/S307" in {kept.finding.rule for kept in api.findings}


async def test_pull_requests_are_said_to_be_left_out(hub: SmallHub, tmp_path: Path) -> None:
    head = hub.repository("acme/api").refs["refs/heads/main"]
    with hub.serve() as url:
        sight = Sight(commit=head, branch="main", past="p", far=True)
        laid = of_host(
            sight, f"{url}/acme/api.git", hub.token, tmp_path / "home", tmp_path / "laid"
        )

        def looked() -> tuple[str, str]:
            with laid() as export:
                return export.unfetched, export.history_untold

        assert await anyio.to_thread.run_sync(looked) == (UNFETCHED, "")
