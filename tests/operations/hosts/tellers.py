"""A host that says what a test wants, and a room that records it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.operations.rooms import Clock, Yard, opened

from opsroom.clients.host import HostLook, HostLooks, Sweep, Swept
from opsroom.model.ci import Ci, CiState
from opsroom.model.host import HostSettings, Remote
from opsroom.operations.fleet import Row
from opsroom.operations.hosts.looks import Recorded, record_looks
from opsroom.operations.hosts.sweeps import SweepNews, record_passed, record_sweep
from opsroom.operations.room import Room
from opsroom.settings import DirectorySource, GithubSource, HostSource, Settings

ACME = GithubSource(kind="github", owners=("acme",), labels=("work",), environment="prod")
SWEEP, LOOK = timedelta(seconds=30), timedelta(minutes=5)


@dataclass
class Teller:
    """One repository as its host has it now. Change it, then let it be swept or looked at."""

    name: str
    id: str = ""
    head: str | None = "a" * 40
    ci: CiState | None = "passing"
    archived: bool = False
    visibility: Any = "private"
    more: dict[str, Any] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        self.id = self.id or f"R_{self.name}"

    def swept(self) -> Swept:
        return Swept(
            id=self.id,
            full_name=self.name,
            head=self.head,
            branch="main" if self.head else None,
            head_at=None,
            ci=self.ci,
            pushed_at=None,
            updated_at=None,
            archived=self.archived,
            fork=False,
            visibility=self.visibility,
        )

    def look(self, at: datetime) -> HostLook:
        source = ACME.key
        remote = Remote(
            at=at,
            source=source,
            host="github.com",
            id=self.id,
            full_name=self.name,
            url=f"https://github.com/{self.name}",
            head=self.head,
            default_branch="main" if self.head else None,
            archived=self.archived,
            visibility=self.visibility,
            permission="admin",
            **self.more,
        )
        return HostLook(
            remote=remote,
            settings=HostSettings(at=at, source=source, vulnerability_alerts=True, rules=()),
            ci=Ci(at=at, source=source, state=self.ci or "none", head=self.head),
            paths=("README.md", "LICENSE", ".gitignore"),
        )


@dataclass
class Told:
    """A room and its clock, to be told things."""

    room: Room
    clock: Clock

    async def sweep(
        self,
        *tellers: Teller,
        whole: bool = True,
        source: HostSource = ACME,
        at: datetime | None = None,
    ) -> SweepNews:
        sweep = Sweep(at or self.clock.now, tuple(each.swept() for each in tellers), whole)
        return await record_sweep(self.room, source, sweep, sweep_every=SWEEP, look_every=LOOK)

    async def look(
        self,
        *tellers: Teller,
        gone: tuple[str, ...] = (),
        source: HostSource = ACME,
        at: datetime | None = None,
    ) -> Recorded:
        looks = {each.id: each.look(at or self.clock.now) for each in tellers}
        return await record_looks(self.room, source, HostLooks(looks, gone=frozenset(gone)))

    async def begin(self, *tellers: Teller, source: HostSource = ACME) -> None:
        """The first pass over a source."""
        await self.sweep(*tellers, source=source)
        await self.look(*tellers, source=source)
        await record_passed(self.room, source)
        self.clock.forward(seconds=10)

    def row(self, name: str) -> Row:
        return self.room.row(name)

    def remote(self, name: str) -> Remote:
        remote = self.row(name).snapshot.remote
        assert isinstance(remote, Remote)
        return remote


@asynccontextmanager
async def told(yard: Yard, *sources: HostSource, code: Path | None = None) -> AsyncGenerator[Told]:
    """A room of these sources, or of one owner; with the yard's folder of clones where given."""
    folders = (DirectorySource(kind="directory", path=code),) if code else ()
    settings = Settings(home=yard.home, sources=(*folders, *(sources or (ACME,))))
    clock = Clock()
    async with opened(settings, clock=clock) as room:
        yield Told(room, clock)
