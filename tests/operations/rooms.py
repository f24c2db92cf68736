"""Real clones, and rooms over them in which a test says when a pass is made."""

import shutil
import subprocess
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
from tests.observe.workshop import Workshop

from opsroom.model.event import Event
from opsroom.model.snapshot import CloneFacts, Worktree
from opsroom.model.where import Where
from opsroom.operations.fleet import Row
from opsroom.operations.room import Room
from opsroom.settings import DirectorySource, Settings, Watch

PATIENCE = 4.0
"""Seconds that a test waits for something which takes a fraction of one."""


class Clock:
    """The time of a room, which only the test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 31, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass(frozen=True)
class Yard:
    """A folder of clones, all copies of one healthy repository, and a home for stores."""

    workshop: Workshop
    home: Path
    template: Path
    clones: list[Path] = field(default_factory=list[Path])

    @property
    def code(self) -> Path:
        return self.workshop.root

    def clone(self, name: str, remote: str | None = None) -> Path:
        """A new clone in the folder; `remote` is what its origin says."""
        path = self.code / name
        shutil.copytree(self.template, path, symlinks=True)
        if remote:
            with (path / ".git/config").open("a") as config:
                config.write(f'[remote "origin"]\n\turl = {remote}\n')
        self.clones.append(path)
        return path

    def commit(self, path: Path, name: str = "more.txt", text: str = "more\n") -> str:
        return self.workshop.commit(path, {name: text})

    def settings(self, *folders: Path, **more: Any) -> Settings:
        sources = tuple(
            DirectorySource(kind="directory", path=folder) for folder in folders or [self.code]
        )
        return Settings(home=self.home, sources=sources, **more)


QUICK = Watch(worktree_every=timedelta(seconds=2), gate_every=timedelta(seconds=1))
"""The shortest times that settings allow."""


@asynccontextmanager
async def opened(
    settings: Settings, *, watches: bool = False, scope: str = "", **more: Any
) -> AsyncGenerator[Room]:
    """An open room. Unless it `watches`, passes are made by `look_over` alone."""
    async with Room(settings, watches=watches, scope=Where.parse(scope), **more) as room:
        await room.open()
        yield room


async def look_over(room: Room) -> None:
    """One pass over every source of the room."""
    for source in room.settings.directories:
        await room.lookout.pass_over(source)
    await room.refresh()


async def events(room: Room, after: int = 0) -> list[Event]:
    return await room.store.journal.after(after, 5000)


async def kinds(room: Room, after: int = 0) -> list[tuple[str, str | None]]:
    """Kind and repository of each event after that one."""
    return [(event.kind, event.repository) for event in await events(room, after)]


async def news(room: Room, after: int, kind: str) -> Event:
    """The first event of that kind, waited for."""
    with anyio.fail_after(PATIENCE):
        async for event in room.store.journal.tail(after):
            if event.kind == kind:
                return event
    raise AssertionError("the journal ended")


async def last(room: Room) -> int:
    return await room.store.journal.last_id()


def only(room: Room) -> Row:
    """The one repository of the fleet."""
    (row,) = room.rows()
    return row


def names(room: Room) -> list[str]:
    return sorted(row.name for row in room.rows())


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def rules(row: Row) -> set[str]:
    return {kept.finding.rule for kept in row.findings}


def unhealthy(paths: Sequence[Path]) -> None:
    """Leave work that could be lost in each of these clones."""
    for path in paths:
        (path / "README.md").write_text("changed\n")


def enlarge(room: Room, rows: Mapping[str, Row]) -> None:
    """Make a fleet large without making clones, until the next row moves in the store."""
    room.fleet._rows.update(rows)  # pyright: ignore[reportPrivateUsage]  # nobody else may


def shown(facts: CloneFacts) -> Worktree:
    """The main work tree of a clone, which could be observed."""
    tree = facts.worktrees[0]
    assert isinstance(tree, Worktree), tree
    return tree
