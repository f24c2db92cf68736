"""The journal as a stream: Server-Sent Events, and the same messages over a WebSocket."""

import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager, suppress
from http import HTTPStatus

import anyio
from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import SendTimeoutError
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from opsroom.errors import UsageError
from opsroom.model.event import Event
from opsroom.model.where import Where
from opsroom.operations.journal import Entry
from opsroom.operations.room import Room
from opsroom.serve.web.questions import question
from opsroom.serve.web.refusals import refusal
from opsroom.store.cursor import LOST, Cursor, CursorState
from opsroom.store.journal import JournalPruned

log = logging.getLogger("opsroom.web")

MOST_LISTENERS = 1_000
KEEP_ALIVE = 15
"""Seconds of silence after which a comment is sent, so that proxies keep the line."""

PATIENCE = 20.0
"""Seconds that a client may leave a message unread before it is let go."""

RETRY = 2_000
"""Milliseconds after which a browser connects again."""

REMEMBERED = 1_000
RESET = "reset"
"""The kind of the message that says: what you hold is too old, read the full state."""


class Feed:
    """The journal for the listeners of one room. Each event is judged and written out once."""

    def __init__(self, room: Room) -> None:
        self.listeners = 0
        self._room = room
        self._told: dict[tuple[int, str], Entry | None] = {}
        self._telling = anyio.Lock()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Count one listener for as long as it stays."""
        self.listeners += 1
        try:
            yield
        finally:
            self.listeners -= 1

    async def entries(self, after: Cursor | None, where: Where) -> AsyncGenerator[Entry]:
        """Follow from a cursor, or from now when there is none, without end.

        What can't be told from there (a pruned or foreign cursor) begins with a `reset`, whose
        `data.cursor` is where the stream goes on.
        """
        journal = self._room.store.journal
        place = after or journal.cursor(await journal.last_id())
        while True:
            stands = await journal.check(place)
            if stands is not CursorState.FRESH:
                place = journal.cursor(await journal.last_id())
                yield self._reset(place, LOST[stands])
            with suppress(JournalPruned):
                async with aclosing(journal.tail(place.id)) as events:
                    async for event in events:
                        place = place.model_copy(update={"id": event.id})
                        entry = await self._entry(event, where)
                        if entry is not None:
                            yield entry

    def _reset(self, place: Cursor, reason: str) -> Entry:
        return Entry(
            id=place.id,
            at=self._room.now().isoformat(),
            kind=RESET,
            repository=None,
            summary=f"{reason}: read the full state, and go on from here",
            data={"cursor": str(place)},
        )

    async def _entry(self, event: Event, where: Where) -> Entry | None:
        """The event as it is told, or None when it is not for this listener."""
        key = (event.id, str(where))
        async with self._telling:
            if key not in self._told:
                if len(self._told) >= REMEMBERED:
                    self._told.clear()
                await self._room.refresh()
                told = concerns(self._room, event.repository, where)
                self._told[key] = Entry.of(event) if told else None
            return self._told[key]


def concerns(room: Room, repository: str | None, where: Where) -> bool:
    """Whether an event about that repository is for this caller and matches its filter.

    Also one that is gone. What is about no repository at all matches only the empty filter.
    """
    if repository is None:
        return not where.terms
    sources = {source.key for source in room.settings.sources}
    return any(
        row.name == repository
        and not sources.isdisjoint(row.repository.sources)
        and room.scope.matches(row)
        and where.matches(row)
        for row in room.fleet
    )


def resume_point(last_event_id: str, after: str) -> Cursor | None:
    """The cursor to go on from. A browser that connects again sends both.

    `Last-Event-ID` is newer but holds a number alone; the history it belongs to is the one of
    the cursor in `after`.

    Raises:
        UsageError: one of them is not a cursor.
    """
    begun = Cursor.parse(after) if after else None
    if not last_event_id:
        return begun
    last = Cursor.parse(last_event_id)
    if begun is not None and last.epoch is None:
        last = last.model_copy(update={"epoch": begun.epoch})
    return last


def asked(connection: HTTPConnection) -> tuple[Cursor | None, Where]:
    """From where a listener wants to hear, and about which repositories.

    Raises:
        UsageError: the cursor or the filter can't be understood, or a parameter is unknown.
    """
    said = question(connection, "after", "where")
    last = connection.headers.get("last-event-id", "")
    return resume_point(last, said["after"]), Where.parse(said["where"])


class _Stream(EventSourceResponse):
    """A stream that ends quietly when its client stops reading."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            log.info("a listener stopped reading, and was let go")


async def events(request: Request) -> Response:
    """Serve `GET /events`."""
    feed: Feed = request.app.state.feed
    after, where = asked(request)
    if feed.listeners >= MOST_LISTENERS:
        return refusal(
            HTTPStatus.SERVICE_UNAVAILABLE,
            f"{MOST_LISTENERS} listeners are connected, no more are taken",
            "close some, or read changes_since now and then",
            {"Retry-After": "30"},
        )
    await request.app.state.room.open()

    async def messages() -> AsyncGenerator[ServerSentEvent]:
        with feed.listening():
            yield ServerSentEvent(retry=RETRY, comment="opsroom", sep="\n")
            async with aclosing(feed.entries(after, where)) as entries:
                async for entry in entries:
                    yield ServerSentEvent(
                        entry.model_dump_json(), id=str(entry.id), event=entry.kind, sep="\n"
                    )

    return _Stream(messages(), ping=KEEP_ALIVE, send_timeout=PATIENCE, sep="\n")


async def socket(websocket: WebSocket) -> None:
    """Serve `/ws`: the data of each message of `/events`, as text. What is sent to it is unread.

    Raises:
        UsageError: before the socket is accepted; the answer to the request then says why.
    """
    feed: Feed = websocket.app.state.feed
    after, where = asked(websocket)
    if feed.listeners >= MOST_LISTENERS:
        raise UsageError(f"{MOST_LISTENERS} listeners are connected, no more are taken")
    await websocket.app.state.room.open()
    await websocket.accept()
    with feed.listening():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_until_closed, websocket, tasks.cancel_scope)
            await _tell(websocket, feed.entries(after, where))
            tasks.cancel_scope.cancel()


async def _tell(websocket: WebSocket, entries: AsyncGenerator[Entry]) -> None:
    """Send until the client is gone or stops reading."""
    try:
        async with aclosing(entries) as following:
            async for entry in following:
                with anyio.fail_after(PATIENCE):
                    await websocket.send_text(entry.model_dump_json())
    except (WebSocketDisconnect, TimeoutError):
        log.info("a listener stopped reading, and was let go")


async def _until_closed(websocket: WebSocket, scope: anyio.CancelScope) -> None:
    """Drop what the client says, and end everything when it goes."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass
    scope.cancel()
