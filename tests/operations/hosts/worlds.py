"""A small world on the double, and rooms that watch it in memory, webhooks included."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from pydantic import SecretStr
from tests.hub import BASE, SmallHub
from tests.serve.web.centres import client

from opsroom.clients.github.address import HostAddress
from opsroom.clients.github.budget import Ledger
from opsroom.clients.github.client import GithubHost
from opsroom.clients.github.credentials import PersonalToken
from opsroom.clients.github.memory import Books, Validators
from opsroom.clients.host import Host
from opsroom.demo.github.state.hooks import Hook
from opsroom.observe.sources.github import Ledgers
from opsroom.operations.fleet import Row
from opsroom.operations.hosts import claims
from opsroom.operations.hosts.watch import HostWatch
from opsroom.operations.room import Room
from opsroom.serve.web.app import build_app
from opsroom.settings import GithubSource, Settings

SECRET = "it's a secret"
PATIENCE = 5.0


def source(owner: str = "acme", **more: Any) -> GithubSource:
    """A source of that owner in the double."""
    known: dict[str, Any] = {
        "sweep_every": timedelta(seconds=60),
        "webhook_secret": SecretStr(SECRET),
    }
    fields: dict[str, Any] = {"base_url": BASE, "token": SecretStr("ghp_kim"), **known, **more}
    return GithubSource(kind="github", owners=(owner,), **fields)


def settings(home: Path, *sources: GithubSource, **more: Any) -> Settings:
    return Settings(home=home, sources=sources or (source(),), **more)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallHub:
    """The double; whatever connects to a host in this process reaches it, in memory."""
    small = SmallHub(tmp_path / "hub")

    @asynccontextmanager
    async def connected(
        source: GithubSource, ledgers: Ledgers, books: Books, validators: Validators
    ) -> AsyncGenerator[Host]:
        assert isinstance(source.token, SecretStr)
        credential = PersonalToken(source.token.get_secret_value())
        address = HostAddress.of(source.base_url)
        ledger = ledgers.setdefault(credential.account, Ledger(address.name, credential.account))
        reaching = httpx2.AsyncClient(transport=small.transport)
        async with GithubHost(
            address,
            credential,
            ledger=ledger,
            books=books,
            validators=validators,
            client=reaching,
            delay=0.01,
        ) as host:
            yield host

    monkeypatch.setattr(claims, "connected", connected)
    return small


@asynccontextmanager
async def watching(settings: Settings, **more: Any) -> AsyncGenerator[Room]:
    """A room that watches its hosts; the first look is over."""
    async with Room(settings, **more) as room:
        await room.open()
        await until(lambda: all(room.surveyed(source.key) for source in settings.hosts), room)
        yield room


async def until(holds: Callable[[], bool], room: Room, seconds: float = PATIENCE) -> None:
    """Wait until something holds of a room, looking whenever its store moves."""
    with anyio.fail_after(seconds):
        await room.refresh()
        while not holds():
            with anyio.move_on_after(0.1):
                await room.store.changed()
            await room.refresh()


def row(room: Room, name: str) -> Row:
    return next(each for each in room.rows() if each.name == name)


def watch_of(room: Room) -> HostWatch:
    (watch,) = room.watching.values()
    return watch


@dataclass
class Line:
    """The line on which webhooks come in: the application of a room, in memory."""

    hub: SmallHub
    room: Room

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Hook]:
        """Have the double send the webhooks of `acme` to the room while this lasts."""
        hook = add_hook(self.hub)
        app = build_app(self.room, self.room.settings)
        async with client(app) as there, self.hub.delivering(there):
            yield hook


def add_hook(hub: SmallHub, url: str = "http://127.0.0.1:8723/webhooks/github") -> Hook:
    """A webhook of the organisation."""
    now = hub.world.now()
    hook = Hook(hub.world.ids.number(), url, ("*",), now, now, secret=SECRET)
    hub.world.hooks.setdefault("acme", {})[hook.id] = hook
    return hook
