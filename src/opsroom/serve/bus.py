"""Announcing changed resources to MCP clients of both protocol eras.

Since 2026-07-28 a client listens (`subscriptions/listen`), and the SDK's bus serves it. Before,
it subscribed on its session (`resources/subscribe`), for which the SDK has no registry: this one
remembers the connections, by the one private attribute that Opsroom touches in the SDK
(`ServerSession._connection`: sessions are made anew for each request, connections are not).
"""

import logging
from collections.abc import Callable
from contextlib import aclosing

import anyio
from mcp.server.context import ServerRequestContext
from mcp.server.session import ServerSession
from mcp.server.subscriptions import InMemorySubscriptionBus, ResourceUpdated, ServerEvent
from mcp.types import EmptyResult, SubscribeRequestParams, UnsubscribeRequestParams

from opsroom.errors import StoreError
from opsroom.model.event import Event
from opsroom.model.identity import in_uri
from opsroom.operations.budget import noticed
from opsroom.operations.room import Room

log = logging.getLogger("opsroom.bus")

EVERY = 1.0
"""A URI is announced at once, then at most once in so many seconds."""

BUDGET = "opsroom://budget"
GRAPH = "opsroom://graph"
MOVING = frozenset({"graph.changed", "repository.found", "repository.gone"})
"""Kinds of events with which the graph is another one."""

PATIENCE = 1.0
"""Seconds that one stuck client may hold up the others."""

Context = ServerRequestContext[object]


class Bus(InMemorySubscriptionBus):
    """The SDK's bus, whose `publish` also reaches sessions of the older protocol."""

    def __init__(self) -> None:
        super().__init__()
        self._sessions: dict[int, ServerSession] = {}
        self._uris: dict[int, set[str]] = {}

    async def subscribed(self, context: Context, params: SubscribeRequestParams) -> EmptyResult:
        """Handle `resources/subscribe`."""
        connection = context.session._connection  # pyright: ignore[reportPrivateUsage] # no public way
        key = id(connection)
        if key not in self._sessions:
            connection.exit_stack.callback(self._drop, key)
        self._sessions[key] = context.session
        self._uris.setdefault(key, set()).add(str(params.uri))
        return EmptyResult()

    async def unsubscribed(self, context: Context, params: UnsubscribeRequestParams) -> EmptyResult:
        """Handle `resources/unsubscribe`."""
        key = id(context.session._connection)  # pyright: ignore[reportPrivateUsage] # no public way
        self._uris.get(key, set()).discard(str(params.uri))
        return EmptyResult()

    async def publish(self, event: ServerEvent) -> None:
        """Tell every listener and every subscribed session. A dead or stuck one is let go."""
        await super().publish(event)
        if not isinstance(event, ResourceUpdated):
            return
        for key, session in list(self._sessions.items()):
            if event.uri in self._uris.get(key, ()):
                with anyio.move_on_after(PATIENCE) as patience:
                    try:
                        await session.send_resource_updated(event.uri)
                    except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                        self._drop(key)
                if patience.cancelled_caught:
                    self._drop(key)

    @property
    def subscribers(self) -> int:
        """Sessions of the older protocol that are subscribed to something."""
        return len(self._sessions)

    def _drop(self, key: int) -> None:
        self._sessions.pop(key, None)
        self._uris.pop(key, None)


def repository_uri(name: str) -> str:
    """The resource of a repository; slashes of its owner become `%2F`."""
    owner, _, last = name.rpartition("/")
    return f"opsroom://repos/{in_uri(owner)}/{in_uri(last)}"


def uris(event: Event) -> list[str]:
    """The resources that an event changes."""
    names = [event.repository, event.data.get("was")]
    finding = event.data.get("finding") if event.kind.startswith("finding.") else None
    return [
        *(repository_uri(name) for name in names if name),
        "opsroom://fleet",
        "opsroom://journal",
        *([GRAPH] if event.kind in MOVING else []),
        *([BUDGET] if event.kind == "budget.low" else []),
        *([f"opsroom://findings/{finding}"] if finding else []),
        *([f"opsroom://runs/{event.data['run']}"] if event.kind.startswith("run.") else []),
    ]


class Announcer:
    """Follows the journal and announces what changed: at once, then at most once a second."""

    def __init__(self, room: Room, bus: Bus, clock: Callable[[], float] = anyio.current_time):
        self._room = room
        self._bus = bus
        self._clock = clock
        self._last: dict[str, float] = {}
        self._waiting: set[str] = set()

    async def run(self) -> None:
        """Announce for as long as the room is open, whatever happens to the store."""
        await self._room.opened.wait()
        if self._room.settings.hosts:
            self._room.tasks.start_soon(self._follow_budgets)
        journal = self._room.store.journal
        while True:
            try:
                async with aclosing(journal.tail(await journal.last_id())) as events:
                    async for event in events:
                        await self._tell(event)
            except StoreError as error:
                log.warning("changes are not announced for a moment: %s", error)
                await anyio.sleep(EVERY)

    async def _follow_budgets(self) -> None:
        """Announce budgets that changed noticeably: most of what is spent is no event."""
        while True:
            try:
                async with aclosing(noticed(self._room)) as changes:
                    async for _ in changes:
                        await self._announce(BUDGET)
            except StoreError as error:
                log.warning("budgets are not announced for a moment: %s", error)
                await anyio.sleep(EVERY)

    async def _tell(self, event: Event) -> None:
        await self._room.refresh()
        if self._room.hears()(event):
            for uri in uris(event):
                await self._announce(uri)

    async def _announce(self, uri: str) -> None:
        if uri in self._waiting:
            return
        wait = self._last.get(uri, -EVERY) + EVERY - self._clock()
        if wait > 0:
            self._waiting.add(uri)
            self._room.tasks.start_soon(self._later, uri, wait)
        else:
            await self._now(uri)

    async def _later(self, uri: str, wait: float) -> None:
        await anyio.sleep(wait)
        self._waiting.discard(uri)
        await self._now(uri)

    async def _now(self, uri: str) -> None:
        self._last[uri] = self._clock()
        await self._bus.publish(ResourceUpdated(uri=uri))
