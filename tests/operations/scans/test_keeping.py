"""Scanning by itself and on request: real clones and scanners, runs that outlive processes."""

import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event

import anyio
import pytest
from tests.operations.rooms import QUICK, Yard, events, look_over, only, opened

from opsroom.clients.git import exports as exporting
from opsroom.errors import NotFound, SettingsError, UsageError
from opsroom.model.run import Run, RunState, RunStep
from opsroom.operations.room import Room
from opsroom.operations.runs import run_status
from opsroom.operations.scans import keeping, looking, progress, taking_up
from opsroom.operations.scans.asking import scan
from opsroom.operations.scans.equipment import Equipment, equip
from opsroom.operations.scans.requests import request
from opsroom.settings import ScanSetting, Settings
from opsroom.store.runs import load_runs, load_steps

pytestmark = pytest.mark.anyio

SCANNERS = ("dependencies", "ruff", "threats")
WORKFLOW = "on: pull_request_target\njobs:\n  a:\n    runs-on: x\n    steps: [{run: make}]\n"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "AFTER_OPENING", 0.05)
    monkeypatch.setattr(keeping, "PAUSE", 0.1)
    monkeypatch.setattr(keeping, "SETTLING", 0.1)
    monkeypatch.setattr(progress, "WRITE_EVERY", 0.05)
    monkeypatch.setattr(taking_up, "PAUSE", 0.05)


@pytest.fixture
def exports(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commits that were laid out."""
    seen: list[str] = []
    export_clone = exporting.export_clone

    def counted(places: object, commit: str, *more: object, **named: object) -> object:
        seen.append(commit)
        return export_clone(places, commit, *more, **named)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(looking, "export_clone", counted)
    return seen


def settings(yard: Yard, *scanners: str) -> Settings:
    return yard.settings(watch=QUICK, scan=ScanSetting(scanners=scanners or SCANNERS))


@asynccontextmanager
async def scanning(yard: Yard, *scanners: str) -> AsyncGenerator[Room]:
    async with opened(settings(yard, *scanners), watches=True, scans=True) as room:
        yield room


async def runs(room: Room) -> list[Run]:
    async with room.store.read() as connection:
        return await load_runs(connection)


async def all_ended(room: Room, count: int) -> list[Run]:
    """The runs, as soon as there are so many and nothing goes on."""
    with anyio.fail_after(15):
        while True:
            found = await runs(room)
            if len(found) >= count and all(run.status.ended for run in found):
                await room.refresh()
                return found
            await anyio.sleep(0.05)


async def test_what_is_found_is_scanned_by_itself(yard: Yard) -> None:
    path = yard.clone("api")
    yard.commit(path, "app.py", "eval(input())\n")
    yard.commit(path, "requirements.txt", "requests==2.19.0\n")
    async with scanning(yard) as room:
        (run,) = await all_ended(room, 1)
        row = only(room)
        assert (run.asked_by, run.status, run.total, run.done) == ("discovery", "done", 1, 1)
        assert {each.scanner for each in row.scans} == set(SCANNERS)
        looks = {each.scanner: each for each in row.scans}
        assert looks["ruff"].files == 1
        assert looks["ruff"].commit == yard.workshop.head(path)
        assert {"ruff/S307"} <= {kept.finding.rule for kept in row.findings}
        kinds = [event.kind for event in await events(room) if event.kind.startswith("run.")]
        assert kinds == ["run.queued", "run.started", "run.finished"]


async def test_what_has_not_moved_costs_nothing(yard: Yard, exports: list[str]) -> None:
    yard.clone("api")
    async with scanning(yard) as room:
        await all_ended(room, 1)
    assert len(exports) == 1
    async with scanning(yard) as room:
        await anyio.sleep(1.0)
        again = await request(room, room.rows(), (), "agent")
        found = await all_ended(room, 2)
        assert {run.id: run.status for run in found}[again.id] is RunState.DONE
    assert len(exports) == 1


def _slowly(equip: Callable[[Settings], Equipment]) -> Callable[[Settings], Equipment]:
    """The same in a second, in the thread that asks."""

    def slow(known: Settings) -> Equipment:
        Event().wait(1.0)
        return equip(known)

    return slow


async def test_what_was_asked_for_waits_until_the_scanners_are_known(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    yard.clone("api")
    async with opened(settings(yard)) as room:
        await look_over(room)
        asked = await request(room, room.rows(), (), "agent")
    monkeypatch.setattr(keeping, "equip", _slowly(equip))
    async with scanning(yard) as room:
        found = await all_ended(room, 1)
        assert [(run.id, run.done) for run in found] == [(asked.id, 1)]
        assert {each.scanner for each in only(room).scans} == set(SCANNERS)


async def test_a_new_commit_is_scanned_again(yard: Yard) -> None:
    path = yard.clone("api")
    async with scanning(yard) as room:
        await all_ended(room, 1)
        head = yard.commit(path, "app.py", "eval(input())\n")
        newest, _ = await all_ended(room, 2)
        assert newest.asked_by == "moved"
        assert {each.commit for each in only(room).scans} == {head}


async def test_a_workflow_that_gained_rights_is_a_threat(yard: Yard) -> None:
    path = yard.clone("api")
    (path / ".github/workflows").mkdir(parents=True)
    yard.commit(path, ".github/workflows/ci.yml", WORKFLOW.replace("_target", ""))
    async with scanning(yard) as room:
        await all_ended(room, 1)
        yard.commit(path, ".github/workflows/ci.yml", WORKFLOW)
        await all_ended(room, 2)
        rules = {kept.finding.rule for kept in only(room).findings}
        assert "workflow-gained-pull-request-target" in rules
        assert "finding.opened" in {event.kind for event in await events(room)}


async def test_a_call_gives_a_run_and_says_what_is_known(yard: Yard) -> None:
    yard.clone("api")
    async with scanning(yard) as room:
        await all_ended(room, 1)
        asked = await scan(room, "", ["ruff"], 1500)
        assert asked.run is not None
        assert asked.queued == 1
        assert [each.repository for each in asked.known] == ["local/api"]
        assert asked.known[0].scanners == ["dependencies", "ruff", "threats"]
        await all_ended(room, 2)
        told = await run_status(room, asked.run, 1000)
        (report,) = told.runs
        assert (report.status, report.done) == (RunState.DONE, 1)
        assert [(step.repository, step.status) for step in report.steps] == [("local/api", "done")]
        assert "run_" in told.reading()


async def test_what_can_not_be_asked_for_says_so(yard: Yard) -> None:
    yard.clone("api")
    async with opened(settings(yard)) as room:
        await look_over(room)
        with pytest.raises(UsageError, match="no scanner 'rufff'") as wrong:
            await scan(room, "", ["rufff"], 1000)
        assert wrong.value.hint == "did you mean 'ruff'?"
        with pytest.raises(UsageError, match="not among the scanners"):
            await scan(room, "", ["zizmor"], 1000)
        none = await scan(room, "repo:nothing", [], 1000)
        assert (none.run, none.queued) == (None, 0)
        with pytest.raises(NotFound):
            await run_status(room, "run_0000000000000000", 1000)
        with pytest.raises(UsageError) as other:
            await run_status(room, "ci_123", 1000)
        assert other.value.calls[0].tool == "ci_status"


async def test_settings_that_name_no_scanner_are_refused(yard: Yard) -> None:
    with pytest.raises(SettingsError, match="names no 'rufff'") as wrong:
        async with opened(settings(yard, "rufff")):
            pass
    assert wrong.value.hint == "did you mean 'ruff'?"


async def test_whoever_may_not_see_a_repository_sees_no_run_of_it(yard: Yard) -> None:
    yard.clone("api", "https://github.com/acme/api.git")
    yard.clone("web", "https://github.com/kim/web.git")
    async with opened(settings(yard)) as room:
        await look_over(room)
        run = await request(room, room.rows(), (), "person")
        other = await request(room, [r for r in room.rows() if r.name == "kim/web"], (), "person")
    async with opened(settings(yard), scope="owner:acme") as room:
        told = await run_status(room, "", 1000)
        assert [(each.run, each.total) for each in told.runs] == [(run.id, 1)]
        steps = (await run_status(room, run.id, 1000)).runs[0].steps
        assert [step.repository for step in steps] == ["acme/api"]
        with pytest.raises(NotFound):
            await run_status(room, other.id, 1000)


async def test_a_repository_that_nobody_can_look_at_is_told(yard: Yard) -> None:
    path = yard.clone("api")
    async with scanning(yard) as room:
        await all_ended(room, 1)
        (path / ".git/objects").rename(path / ".git/gone")
        run = await request(room, room.rows(), ("ruff",), "agent")
        await all_ended(room, 2)
        async with room.store.read() as connection:
            (step,) = await load_steps(connection, run.id)
        assert step.status is RunState.FAILED
        assert "Git directory" in step.error


HANGING = """
import sys
from pathlib import Path
import anyio
from opsroom.observe.scanners import ruff
from opsroom.operations.room import Room
from opsroom.operations.scans import keeping
from opsroom.settings import DirectorySource, ScanSetting, Settings
keeping.AFTER_OPENING = 0.05
keeping.PAUSE = 0.1
ruff.program = lambda name: sys.argv[3]
async def main():
    source = DirectorySource(kind="directory", path=Path(sys.argv[1]))
    settings = Settings(
        home=Path(sys.argv[2]), sources=(source,), scan=ScanSetting(scanners=("ruff",))
    )
    async with Room(settings, scans=True) as room:
        await room.open()
        await anyio.sleep_forever()
anyio.run(main)
"""


async def test_a_killed_centre_leaves_a_run_that_is_taken_up(yard: Yard, tmp_path: Path) -> None:
    yard.commit(yard.clone("api"), "app.py", "eval(input())\n")
    began = tmp_path / "began"
    slow = tmp_path / "ruff"
    slow.write_text(
        f"#!/bin/sh\n[ \"$1\" = --version ] && exec echo 'ruff 0'\ntouch {began}\nsleep 60\n"
    )
    slow.chmod(0o755)
    process = subprocess.Popen(
        [sys.executable, "-c", HANGING, str(yard.code), str(yard.home), str(slow)]
    )
    try:
        with anyio.fail_after(15):
            while not began.exists():
                await anyio.sleep(0.05)
    finally:
        process.kill()
        process.wait()
    assert list((yard.home / "exports").iterdir())
    async with scanning(yard, "ruff") as room:
        found = await all_ended(room, 1)
        assert "discovery" in {run.asked_by for run in found}
        assert {run.status for run in found} == {RunState.DONE}
        assert only(room).scans[0].files == 1
    assert not list((yard.home / "exports").iterdir())


async def test_closing_waits_for_no_scanner(
    yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from opsroom.observe.scanners import ruff

    yard.commit(yard.clone("api"), "app.py", "eval(input())\n")
    began = tmp_path / "began"
    slow = tmp_path / "ruff"
    slow.write_text(
        f"#!/bin/sh\n[ \"$1\" = --version ] && exec echo 'ruff 0'\ntouch {began}\nsleep 60\n"
    )
    slow.chmod(0o755)

    def there(name: str) -> str:
        return str(slow)

    monkeypatch.setattr(ruff, "program", there)
    async with scanning(yard, "ruff") as room:
        with anyio.fail_after(15):
            while not began.exists():
                await anyio.sleep(0.05)
        steps = await _steps(room)
        assert {step.status for step in steps} <= {RunState.QUEUED, RunState.RUNNING}
        now = time.monotonic()
    assert time.monotonic() - now < 3
    async with opened(settings(yard, "ruff")) as room:
        assert {step.status for step in await _steps(room)} <= {RunState.QUEUED, RunState.RUNNING}


async def _steps(room: Room) -> list[RunStep]:
    (run,) = await runs(room)
    async with room.store.read() as connection:
        return await load_steps(connection, run.id)
