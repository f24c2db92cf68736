"""The journal as a stream: Server-Sent Events, and the same messages over a WebSocket."""

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

import anyio
from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import SendTimeoutError
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from opsroom.model.where import Where
from opsroom.operations.journal import Entry
from opsroom.serve.web.feed import Feed, resume_point
from opsroom.serve.web.questions import question
from opsroom.serve.web.refusals import TooMany
from opsroom.serve.web.shared import shared
from opsroom.store.cursor import Cursor

log = logging.getLogger("opsroom.web")

MOST_LISTENERS = 1_000
KEEP_ALIVE = 15
"""Seconds of silence after which a comment is sent, so that proxies keep the line."""

PATIENCE = 20.0
"""Seconds that a client may leave a message unread before it is let go."""

RETRY = 1_000
"""Milliseconds after which a browser connects again."""


def asked(connection: HTTPConnection) -> tuple[Cursor | None, Where]:
    """From where a listener wants to hear, and about which repositories.

    Raises:
        UsageError: the cursor or the filter can't be understood, or a parameter is unknown.
    """
    said = question(connection, "after", "where")
    last = connection.headers.get("last-event-id", "")
    return resume_point(last, said["after"]), Where.parse(said["where"])


class _Stream(EventSourceResponse):
    """A stream that ends in order, also when the centre stops or its client stops reading."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ended = False

        async def sending(message: Message) -> None:
            nonlocal ended
            ended = message["type"] == "http.response.body" and not message.get("more_body")
            await send(message)

        try:
            await super().__call__(scope, receive, sending)
        except SendTimeoutError:
            log.info("a listener stopped reading, and was let go")
        else:
            if not ended:
                await send({"type": "http.response.body", "body": b"", "more_body": False})


async def events(request: Request) -> Response:
    """Serve `GET /events`."""
    after, where = asked(request)
    feed = shared(request).feed
    _make_room(feed)
    await shared(request).opened()
    begin = after or await feed.end()
    return _Stream(_messages(feed, begin, where), ping=KEEP_ALIVE, send_timeout=PATIENCE, sep="\n")


async def _messages(feed: Feed, after: Cursor, where: Where) -> AsyncGenerator[ServerSentEvent]:
    with feed.listening():
        yield ServerSentEvent(retry=RETRY, comment="opsroom", sep="\n")
        async with aclosing(feed.entries(after, where)) as entries:
            async for entry in entries:
                yield ServerSentEvent(
                    entry.model_dump_json(), id=str(entry.id), event=entry.kind, sep="\n"
                )


async def socket(websocket: WebSocket) -> None:
    """Serve `/ws`: the data of each message of `/events`, as text. What is sent to it is unread.

    Raises:
        OpsroomError: before the socket is accepted; the answer to the request then says why.
    """
    after, where = asked(websocket)
    feed = shared(websocket).feed
    _make_room(feed)
    await shared(websocket).opened()
    begin = after or await feed.end()
    await websocket.accept()
    with feed.listening():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_until_closed, websocket, tasks.cancel_scope)
            await _tell(websocket, feed.entries(begin, where))
            tasks.cancel_scope.cancel()


def _make_room(feed: Feed) -> None:
    if feed.listeners >= MOST_LISTENERS:
        raise TooMany(
            f"{MOST_LISTENERS} listeners are connected, no more are taken",
            "close some, or ask changes_since now and then",
        )


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
