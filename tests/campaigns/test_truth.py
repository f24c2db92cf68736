"""Whatever happens to the clones, and to who watches them: in the end the store is right.

A seeded somebody works in a folder while rooms watch it, each killed without warning after a
while. When all is quiet, what the store says is exactly what a fresh audit sees.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest
from tests.campaigns.life import Life

from opsroom.model.event import Event
from opsroom.operations.audit import audit
from opsroom.operations.room import Room
from opsroom.settings import DirectorySource, Settings, Watch, parse_duration

WATCH = Watch(worktree_every=parse_duration("1s"), gate_every=parse_duration("1s"))
WATCHER = (
    sys.executable,
    "-c",
    "from opsroom.__main__ import main; main()",
    "serve",
    "--port",
    "0",
)
QUIET = 20.0
"""Seconds after the last change in which the store has to become right."""

SOAK = range(100, 130)
HEAD = """# Soak

Written by `make soak`. A seeded somebody works in a folder of clones (commits, conflicts, broken
indexes, clones that come and go) while two centres watch one after the other, each killed with
SIGKILL. In the end the store has to say exactly what a fresh audit sees, but for what it remembers
of clones that can't be read now, and the journal has to lead to what the store says. A row is a
campaign that was right.

| seed | steps | repositories in the end | events | seconds until right |
| --- | --- | --- | --- | --- |
"""

State = dict[str, tuple[str, frozenset[str]]]


def settings(folder: Path, code: Path) -> Settings:
    source = DirectorySource(kind="directory", path=code)
    return Settings(home=folder / "store", sources=(source,), watch=WATCH)


def written(folder: Path, code: Path) -> Path:
    file = folder / "opsroom.toml"
    file.write_text(
        f'[[source]]\nkind = "directory"\npath = "{code}"\n'
        '[watch]\nworktree_every = "1s"\ngate_every = "1s"\n'
    )
    return file


def audited(told: Settings) -> State:
    """Grade and findings of each repository, as an audit sees them now."""
    return {
        each.snapshot.repository.name: (
            each.health.grade.value,
            frozenset(finding.fingerprint for finding in each.findings),
        )
        for each in audit(told).repositories
    }


def kept(room: Room) -> State:
    """The same, as the store has it."""
    return {
        row.name: (
            row.health.grade.value,
            frozenset(each.finding.fingerprint for each in row.findings),
        )
        for row in room.rows()
    }


def replayed(events: list[Event]) -> set[str]:
    """The findings that are open when only the events are believed, without the backlog."""
    opened: set[str] = set()
    for event in events:
        finding = str(event.data.get("finding", ""))
        if event.kind in ("finding.opened", "finding.reopened"):
            opened.add(finding)
        elif event.kind == "finding.fixed":
            opened.discard(finding)
    return opened


def watched_life(folder: Path, seed: int, steps: int) -> Life:
    """Let somebody work for so many steps, while watchers come and are killed."""
    chance = random.Random(seed)
    life = Life(folder, seed)
    file = written(folder, life.code)
    command = [*WATCHER, "--config", str(file), "--home", str(folder / "store")]
    for _ in range(2):
        watcher = subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True)
        assert watcher.stderr is not None
        try:
            assert b"opsroom is at" in watcher.stderr.readline()
            for _ in range(steps // 2):
                life.step()
                time.sleep(chance.random() * 0.15)
        finally:
            os.killpg(watcher.pid, signal.SIGKILL)
            watcher.communicate()
    return life


def agree(state: State, truth: State) -> bool:
    """Whether both say the same.

    What can't be observed in full now may have findings that only the store remembers: they are
    not fixed by a look that failed.
    """
    return state.keys() == truth.keys() and all(
        grade == truth[name][0]
        and (found >= truth[name][1] if grade == "unknown" else found == truth[name][1])
        for name, (grade, found) in state.items()
    )


async def settle(told: Settings) -> tuple[State, State, list[Event]]:
    """Open a room, and wait until it agrees with an audit: what each says, and the journal."""
    async with Room(told) as room:
        await room.open()
        truth = await anyio.to_thread.run_sync(audited, told)
        with anyio.move_on_after(QUIET):
            while not agree(kept(room), truth):
                await room.store.changed()
                await room.refresh()
        return kept(room), truth, await room.store.journal.after(0, 100_000)


@dataclass(frozen=True)
class Ran:
    """What one campaign came to: how much happened, and how soon the store was right."""

    seed: int
    steps: int
    repositories: int
    events: int
    seconds: float


def campaign(folder: Path, seed: int, steps: int) -> Ran:
    life = watched_life(folder, seed, steps)
    told = settings(folder, life.code)
    began = time.monotonic()
    state, truth, events = anyio.run(settle, told)
    took = time.monotonic() - began
    assert agree(state, truth), (state, truth)
    assert [event.id for event in events] == sorted({event.id for event in events})
    opened = {f"finding_{mark}" for _, marks in state.values() for mark in marks}
    assert {event.kind for event in events} >= {"repository.found", "repository.changed"}
    assert replayed(events) <= opened | gone(events), "an event was not taken back"
    return Ran(seed, steps, len(truth), len(events), took)


def gone(events: list[Event]) -> set[str]:
    """The findings of repositories that are no longer here: nobody saw them mended."""
    lost = {event.data.get("key") for event in events if event.kind == "repository.gone"}
    return {
        str(event.data["finding"])
        for event in events
        if event.data.get("key") in lost and "finding" in event.data
    }


@pytest.mark.parametrize("seed", range(3))
def test_the_store_is_right_in_the_end(tmp_path: Path, seed: int) -> None:
    campaign(tmp_path, seed, steps=24)


@pytest.fixture(scope="module")
def table() -> Iterator[list[Ran]]:
    """The campaigns of a soak, written to docs/soak.md when all of them were right."""
    rows: list[Ran] = []
    yield rows
    if len(rows) == len(SOAK):
        lines = [
            f"| {row.seed} | {row.steps} | {row.repositories} | {row.events} | {row.seconds:.1f} |"
            for row in rows
        ]
        (Path(__file__).parents[2] / "docs/soak.md").write_text(HEAD + "\n".join(lines) + "\n")


@pytest.mark.soak
@pytest.mark.parametrize("seed", SOAK)
def test_the_store_is_right_in_the_end_of_many(tmp_path: Path, seed: int, table: list[Ran]) -> None:
    table.append(campaign(tmp_path, seed, steps=60))
