"""`opsroom stdio` started where strangers have left things, and beside other processes."""

import json
import os
import signal
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import anyio
import pytest
from tests.operations.rooms import Yard
from tests.serve.lines import Line, complaints, environment, serving, spoken

pytestmark = pytest.mark.anyio

TAKEN_OVER = 8.0
"""Seconds in which another process is the owner after one was killed."""


def trap(folder: Path, canary: Path) -> None:
    """Everything that a clone may hold and Python, Git or a shell might obey."""
    leave = f"open({str(canary)!r}, 'a').write(__file__)\n"
    for name in ("sitecustomize.py", "usercustomize.py", "anyio.py", "json.py", "conftest.py"):
        (folder / name).write_text(leave)
    (folder / "opsroom").mkdir()
    (folder / "opsroom/__init__.py").write_text(leave)
    (folder / "opsroom/__main__.py").write_text(leave)
    (folder / "opsroom.toml").write_text('home = "/nowhere"\nnonsense = true\n')
    (folder / "pyproject.toml").write_text('[tool.opsroom]\nhome = "/nowhere"\n')
    (folder / ".env").write_text("OPSROOM_HOME=/nowhere\nOPSROOM_CONFIG=opsroom.toml\n")
    for name in ("git", "sh", "python", "gh"):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho {name} >> '{canary}'\n")
        program.chmod(0o755)


async def test_a_clone_full_of_traps_is_like_any_other(yard: Yard, tmp_path: Path) -> None:
    clone = yard.clone("api")
    canary = tmp_path / "canary"
    trap(clone, canary)
    program = Path(sys.executable).with_name("opsroom")
    paths = [os.environ["PATH"], ".", "", str(clone)]
    for path in (":".join(paths), ":".join(reversed(paths))):
        process = await anyio.open_process(
            [program, "stdio", "."], cwd=clone, env=environment(yard.home, PATH=path)
        )
        line = Line(process)
        try:
            await line.shake_hands()
            status = await line.call("fleet_status")
            assert not status.get("isError")
            assert status["structuredContent"]["coverage"] == {
                "asked": 1,
                "fresh": 1,
                "stale": 0,
                "unknown": 0,
            }
            one = await line.call("repo_health", repository=".")
            assert one["structuredContent"]["worktrees"][0]["untracked"]
        finally:
            assert process.stdin
            await process.stdin.aclose()
            with anyio.fail_after(4):
                assert await process.wait() == 0
            await process.aclose()
    assert not canary.exists(), canary.read_text()
    assert not Path("/nowhere").exists()


async def test_without_a_path_and_without_settings_it_says_so(yard: Yard) -> None:
    async with spoken(home=yard.home) as line:
        await line.shake_hands()
        status = await line.call("fleet_status")
        assert "no source is configured" in status["content"][0]["text"]


async def test_a_path_that_is_not_there_is_a_problem_not_a_green_fleet(yard: Yard) -> None:
    missing = yard.code / "missing"
    async with spoken(str(missing), home=yard.home) as line:
        await line.shake_hands()
        status = (await line.call("fleet_status"))["structuredContent"]
        assert status["counts"]["green"] == 0
        assert any(str(missing) in problem for problem in status["problems"])


def test_a_malformed_filter_ends_it_with_one_line(yard: Yard) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "opsroom", "stdio", "--where", "helth:red", str(yard.code)],
        env=environment(yard.home),
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "did you mean health" in done.stderr
    assert done.stderr.count("\n") == 1


def owner_of(home: Path) -> int:
    said = (home / "owner.lock").read_text().strip()
    return int(said) if said else 0


async def owner(home: Path, *, but: int = 0) -> int:
    """Who owns the store, waited for."""
    with anyio.fail_after(TAKEN_OVER):
        while not (home / "owner.lock").exists() or owner_of(home) in (0, but):
            await anyio.sleep(0.05)
    return owner_of(home)


async def seen(line: Line, clone: Path, head: str) -> None:
    """Wait until the journal tells of that commit; questions are answered all the while."""
    with anyio.fail_after(TAKEN_OVER):
        while True:
            answer = await line.call("changes_since", since="1h")
            assert not answer.get("isError")
            if head[:7] in answer["content"][0]["text"]:
                return
            await anyio.sleep(0.1)


async def test_when_the_owner_is_killed_another_takes_over(yard: Yard) -> None:
    clone = yard.clone("api")
    config = yard.home.parent / "opsroom.toml"
    config.write_text(f'[[source]]\nkind = "directory"\npath = "{yard.code}"\n')
    async with AsyncExitStack() as stack:
        centre, _ = await stack.enter_async_context(
            serving("--config", str(config), home=yard.home)
        )
        lines = [
            await stack.enter_async_context(spoken(str(yard.code), home=yard.home))
            for _ in range(2)
        ]
        for line in lines:
            await line.shake_hands()
            assert not (await line.call("fleet_status")).get("isError")
        first = await owner(yard.home)
        assert first in {centre.pid, *(line.process.pid for line in lines)}
        await seen(lines[0], clone, yard.commit(clone, "one.txt"))
        os.kill(first, signal.SIGKILL)
        left = [line for line in lines if line.process.pid != first]
        second = await owner(yard.home, but=first)
        assert second != first
        await seen(left[0], clone, yard.commit(clone, "two.txt"))
        events = await left[0].ask("resources/read", uri="opsroom://journal")
        told = json.loads(events["result"]["contents"][0]["text"])["events"]
        moved = [event for event in told if "moved to" in event["summary"]]
        assert len(moved) == 2, "each commit is told once, whoever owned the store"


async def test_a_store_that_is_taken_away_ends_nobody(yard: Yard) -> None:
    """The home is removed under a running server: errors are said, and it lives on."""
    yard.clone("api")
    async with spoken(str(yard.code), home=yard.home) as line:
        await line.shake_hands()
        assert not (await line.call("fleet_status")).get("isError")
        await owner(yard.home)
        aside = yard.home.with_name("aside")
        yard.home.rename(aside)
        await anyio.sleep(2.5)
        await line.call("fleet_status")
        await line.call("repo_health", repository="api")
        assert line.process.returncode is None
        aside.rename(yard.home)
        with anyio.fail_after(4):
            while (await line.call("repo_health", repository="api")).get("isError"):
                await anyio.sleep(0.2)
        line.process.kill()
        await line.process.wait()
        assert "Traceback" not in await complaints(line.process)


async def test_a_second_client_with_another_folder_does_not_wait_for_the_next_pass(
    yard: Yard, tmp_path: Path
) -> None:
    yard.clone("api")
    other = tmp_path / "other"
    yard.clone("web").rename(other)
    async with spoken(str(yard.code), home=yard.home) as one:
        await one.shake_hands()
        await one.call("fleet_status")
        await owner(yard.home)
        async with spoken(str(other), home=yard.home) as two:
            await two.shake_hands()
            begun = anyio.current_time()
            answer = (await two.call("fleet_status"))["structuredContent"]
            assert anyio.current_time() - begun < 4
            assert answer["coverage"]["asked"] == 1
            assert answer["note"] == ""
        status = (await one.call("fleet_status"))["structuredContent"]
        assert status["coverage"]["asked"] == 1, "another client's folder is its own"
