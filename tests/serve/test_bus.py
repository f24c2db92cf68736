"""The bus: what of the SDK it leans on, who is told, and how often."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.server.connection import Connection
from mcp.server.session import ServerSession
from mcp.server.subscriptions import InMemorySubscriptionBus, ResourceUpdated
from mcp.types import ResourceUpdatedNotification
from tests.operations.rooms import PATIENCE, Yard, look_over, opened

from opsroom.errors import StoreError
from opsroom.model.event import Event, Happening
from opsroom.operations.room import Room
from opsroom.serve.bus import EVERY, Announcer, Bus, repository_uri, uris
from opsroom.serve.mcp import build_server
from opsroom.store.journal import append

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore::mcp.MCPDeprecationWarning"),
]


def test_what_is_private_in_the_sdk_is_as_expected() -> None:
    """Two names without a public way around them; the pin on mcp moves only with this test."""
    assert "_connection" in ServerSession.__init__.__code__.co_names
    assert Connection.__annotations__["exit_stack"] in (AsyncExitStack, "AsyncExitStack")
    assert callable(ServerSession.send_resource_updated)
    assert issubclass(Bus, InMemorySubscriptionBus)


def event(number: int, repository: str | None, **data: Any) -> Event:
    at = datetime(2026, 1, 31, tzinfo=UTC)
    kind = "repository.changed"
    return Event(id=number, at=at, kind=kind, repository=repository, summary="", data=data)


def test_the_resources_that_an_event_changes() -> None:
    assert uris(event(1, "acme/api")) == [
        "opsroom://repos/acme/api",
        "opsroom://fleet",
        "opsroom://journal",
    ]
    assert uris(event(2, None)) == ["opsroom://fleet", "opsroom://journal"]
    renamed = uris(event(3, "local/api@work", was="local/api"))
    assert "opsroom://repos/local/api" in renamed
    assert "opsroom://repos/local/api@work" in renamed


def test_a_finding_is_announced_by_its_id() -> None:
    data = {"finding": "finding_0123456789abcdef"}
    moved = event(1, "acme/api", **data).model_copy(update={"kind": "finding.fixed"})
    assert "opsroom://findings/finding_0123456789abcdef" in uris(moved)
    assert not [each for each in uris(event(2, "acme/api", **data)) if "findings" in each]


def test_the_uri_of_a_repository() -> None:
    assert repository_uri("acme/deep/api") == "opsroom://repos/acme%2Fdeep/api"
    assert repository_uri("local/api@work") == "opsroom://repos/local/api@work"
    assert repository_uri("a/~b._-c") == "opsroom://repos/a/~b._-c"


class Ear(InMemorySubscriptionBus):
    """Notes what is published and when."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[float, str]] = []
        self.news = anyio.Event()

    async def publish(self, event: Any) -> None:
        assert isinstance(event, ResourceUpdated)
        self.heard.append((anyio.current_time(), event.uri))
        self.news.set()
        self.news = anyio.Event()

    def times(self, uri: str) -> list[float]:
        return [at for at, each in self.heard if each == uri]


async def write(room: Room, repository: str | None = "local/api") -> None:
    async with room.store.write() as connection:
        said = Happening(kind="repository.changed", repository=repository, summary="moved")
        await append(connection, [said], room.now())


async def test_a_uri_is_announced_at_once_and_then_once_a_second(yard: Yard) -> None:
    yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        ear = Ear()
        room.tasks.start_soon(Announcer(room, ear).run)  # type: ignore[arg-type]  # hears the same
        await anyio.wait_all_tasks_blocked()
        begun = anyio.current_time()
        for _ in range(20):
            await write(room)
        uri = "opsroom://repos/local/api"
        with anyio.fail_after(PATIENCE):
            while len(ear.times(uri)) < 2:
                await ear.news.wait()
        at_once, later = ear.times(uri)
        assert at_once - begun < EVERY / 2
        assert later - at_once >= EVERY - 0.01
        assert {each for _, each in ear.heard} == {uri, "opsroom://fleet", "opsroom://journal"}
        await anyio.sleep(EVERY)
        assert len(ear.times(uri)) == 2, "twenty events in a moment are two announcements"


async def test_what_is_hidden_is_not_announced(yard: Yard) -> None:
    yard.clone("api")
    yard.clone("web")
    async with opened(yard.settings(), scope="repo:api") as room:
        await look_over(room)
        ear = Ear()
        room.tasks.start_soon(Announcer(room, ear).run)  # type: ignore[arg-type]  # hears the same
        await anyio.wait_all_tasks_blocked()
        await write(room, "local/web")
        await write(room, None)
        await write(room, "local/api")
        with anyio.fail_after(PATIENCE):
            while not ear.times("opsroom://journal"):
                await ear.news.wait()
        assert [each for _, each in ear.heard] == uris(event(1, "local/api"))


async def test_a_store_that_fails_for_a_moment_ends_nothing(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        ear = Ear()

        async def fail() -> None:
            monkeypatch.undo()
            raise StoreError("the disk is full")

        monkeypatch.setattr(room, "refresh", fail)
        room.tasks.start_soon(Announcer(room, ear).run)  # type: ignore[arg-type]  # hears the same
        await anyio.wait_all_tasks_blocked()
        await write(room)
        with anyio.fail_after(PATIENCE):
            while not ear.heard:
                await anyio.sleep(0.1)
                await write(room)


async def test_a_legacy_session_is_told_what_it_asked_for_until_it_leaves(yard: Yard) -> None:
    yard.clone("api")
    heard: list[str] = []
    got = anyio.Event()

    async def listen(message: object) -> None:
        if isinstance(message, ResourceUpdatedNotification):
            heard.append(str(message.params.uri))
            got.set()

    async with opened(yard.settings()) as room:
        bus = Bus()
        server = build_server(room, bus)
        async with Client(server, mode="legacy", message_handler=listen, cache=None) as client:
            await client.subscribe_resource("opsroom://fleet")  # pyright: ignore[reportDeprecated]
            await client.subscribe_resource("opsroom://journal")  # pyright: ignore[reportDeprecated]
            await client.unsubscribe_resource("opsroom://journal")  # pyright: ignore[reportDeprecated]
            assert bus.subscribers == 1
            for uri in ("opsroom://journal", "opsroom://repos/local/api", "opsroom://fleet"):
                await bus.publish(ResourceUpdated(uri=uri))
            with anyio.fail_after(PATIENCE):
                await got.wait()
            assert heard == ["opsroom://fleet"]
        with anyio.fail_after(PATIENCE):
            while bus.subscribers:
                await anyio.sleep(0.01)
        await bus.publish(ResourceUpdated(uri="opsroom://fleet"))


async def test_a_modern_listener_hears_its_uris_alone(yard: Yard) -> None:
    yard.clone("api")
    async with opened(yard.settings()) as room:
        bus = Bus()
        async with (
            Client(build_server(room, bus), cache=None) as client,
            client.listen(resource_subscriptions=["opsroom://fleet"]) as stream,
        ):
            for uri in ("opsroom://journal", "opsroom://fleet"):
                await bus.publish(ResourceUpdated(uri=uri))
            with anyio.fail_after(PATIENCE):
                first = await anext(stream)
            assert isinstance(first, ResourceUpdated)
            assert first.uri == "opsroom://fleet"
