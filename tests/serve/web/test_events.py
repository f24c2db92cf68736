"""Streams over real sockets: nothing lost, nothing doubled, nothing left behind."""

import json
import shutil
import socket
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import httpx2
import pytest
from starlette.applications import Starlette
from tests.operations.rooms import PATIENCE, Yard, look_over
from tests.serve.web.centres import client, listening
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from opsroom.errors import UsageError
from opsroom.model.event import Happening
from opsroom.operations.room import Room
from opsroom.serve.web import events as streams
from opsroom.serve.web.feed import resume_point
from opsroom.store.journal import append

pytestmark = pytest.mark.anyio

Told = dict[str, Any]


async def happen(
    room: Room,
    *summaries: str,
    repository: str | None = "acme/api",
    data: dict[str, Any] | None = None,
) -> int:
    """Commit one event for each summary; gives the id of the last."""
    happenings = [
        Happening(kind="repository.changed", repository=repository, summary=text, data=data or {})
        for text in summaries
    ]
    async with room.store.write() as connection:
        numbered = await append(connection, happenings, datetime.now(UTC))
    return numbered[-1].id


async def sse(url: str, after: str = "", where: str = "", **headers: str) -> AsyncGenerator[Told]:
    """The messages of one SSE connection; `told` is its data, `comment` a comment."""
    asked = {"after": after, "where": where}
    query = {name: value for name, value in asked.items() if value}
    async with (
        httpx2.AsyncClient(timeout=PATIENCE) as asking,
        asking.stream("GET", f"{url}/events", params=query, headers=headers) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        fields: dict[str, str] = {}
        async for line in answer.aiter_lines():
            if line:
                name, _, value = line.partition(":")
                fields[name or "comment"] = value.strip()
                continue
            if "data" in fields:
                fields["told"] = json.loads(fields["data"])
            yield fields
            fields = {}


async def ws(url: str, after: str = "") -> AsyncGenerator[Told]:
    """The messages of one WebSocket, each as the SSE reader gives it."""
    query = f"?after={after}" if after else ""
    async with connect(f"ws{url[4:]}/ws{query}") as line:
        async for text in line:
            told = json.loads(text)
            yield {"id": str(told["id"]), "event": told["kind"], "told": told}


async def take(messages: AsyncGenerator[Told], count: int) -> list[Told]:
    """The first `count` messages with data, then the line is cut."""
    found: list[Told] = []
    with anyio.fail_after(PATIENCE):
        async with aclosing(messages) as coming:
            async for message in coming:
                if "told" in message:
                    found.append(message)
                if len(found) == count:
                    break
    return found


@asynccontextmanager
async def served(room: Room) -> AsyncGenerator[str]:
    async with listening(room, room.settings) as url:
        yield url


async def test_a_message_says_the_same_three_times(room: Room) -> None:
    before = await room.cursor()
    number = await happen(room, "moved\nand <b>more</b> \u2028 \u202e")
    async with served(room) as url:
        (heard,) = await take(sse(url, before), 1)
        (socket,) = await take(ws(url, before), 1)
    assert heard["told"] == socket["told"]
    assert list(heard["told"]) == ["id", "at", "kind", "repository", "summary", "data"]
    assert heard["id"] == str(number) == str(heard["told"]["id"])
    assert heard["event"] == heard["told"]["kind"] == "repository.changed"
    assert "\u202e" not in heard["told"]["summary"]
    assert "\n" not in heard["told"]["summary"]


@pytest.mark.parametrize("read", [sse, ws])
async def test_nothing_is_lost_or_doubled_over_reconnects(room: Room, read: Any) -> None:
    """A client that is cut off again and again while events come, and goes on where it was."""
    place = await room.cursor()
    epoch = place.split("-")[1]
    wanted = [f"event {number}" for number in range(30)]
    heard: list[str] = []

    async def write() -> None:
        for text in wanted:
            await happen(room, text)

    async with served(room) as url, anyio.create_task_group() as tasks:
        tasks.start_soon(write)
        while len(heard) < len(wanted):
            left = len(wanted) - len(heard)
            for message in await take(read(url, place), min(4, left)):
                heard.append(message["told"]["summary"])
                place = f"{message['id']}-{epoch}"
    assert heard == wanted


async def test_a_browser_goes_on_by_its_last_event_id(room: Room) -> None:
    """It sends the address of its first connection again, and the id that it heard last."""
    begun = await room.cursor()
    await happen(room, "one", "two", "three")
    async with served(room) as url:
        first = await take(sse(url, begun), 2)
        (third,) = await take(sse(url, begun, **{"Last-Event-ID": first[-1]["id"]}), 1)
    assert [message["told"]["summary"] for message in (*first, third)] == ["one", "two", "three"]


@pytest.mark.parametrize("read", [sse, ws])
async def test_without_a_cursor_only_what_comes_is_told(room: Room, read: Any) -> None:
    await happen(room, "before")
    async with listening(room, room.settings) as url, aclosing(read(url)) as messages:
        with anyio.fail_after(PATIENCE):
            if read is sse:
                opening = await anext(messages)
                assert int(opening["retry"]) > 0
                await happen(room, "after")
                message = await anext(messages)
            else:
                message = await _first_of(room, messages)
    assert message["told"]["summary"] == "after"


async def _first_of(room: Room, messages: AsyncGenerator[Told]) -> Told:
    """The first message of a WebSocket: asked for first, so that it is open when one is told."""
    found: list[Told] = []

    async def read() -> None:
        found.append(await anext(messages))
        tasks.cancel_scope.cancel()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(read)
        while True:
            await anyio.sleep(0.2)
            await happen(room, "after")
    return found[0]


async def test_a_real_commit_is_told(room: Room, yard: Yard) -> None:
    before = await room.cursor()
    yard.commit(yard.code / "notes")
    await look_over(room)
    async with served(room) as url:
        (message,) = await take(sse(url, before), 1)
    assert message["told"]["repository"] == "local/notes"
    assert message["event"] == "repository.changed"


async def test_a_filter_chooses_by_repository(room: Room) -> None:
    before = await room.cursor()
    await happen(room, "of api")
    await happen(room, "of notes", repository="local/notes")
    await happen(room, "of nobody", repository=None)
    await happen(room, "of api again")
    async with served(room) as url:
        everything = await take(sse(url, before), 4)
        chosen = await take(sse(url, before, "owner:acme"), 2)
    assert len(everything) == 4
    assert [message["told"]["summary"] for message in chosen] == ["of api", "of api again"]


async def test_what_is_gone_is_told_as_gone(room: Room, yard: Yard) -> None:
    before = await room.cursor()
    shutil.rmtree(yard.code / "notes")
    await look_over(room)
    async with served(room) as url:
        (message,) = await take(sse(url, before), 1)
    assert message["event"] == "repository.gone"
    assert message["told"]["repository"] == "local/notes"


async def test_another_source_of_the_store_is_not_told(room: Room, yard: Yard) -> None:
    before = await room.cursor()
    await happen(room, "of a stranger", repository="local/elsewhere")
    await happen(room, "ours")
    async with served(room) as url:
        (message,) = await take(sse(url, before), 1)
    assert message["told"]["summary"] == "ours"


@pytest.mark.parametrize("read", [sse, ws])
@pytest.mark.parametrize("lost", ["pruned", "foreign", "ahead"])
async def test_a_cursor_that_is_lost_begins_with_a_reset(room: Room, read: Any, lost: str) -> None:
    old = await room.cursor()
    await happen(room, "one", "two")
    if lost == "pruned":
        await room.store.journal.prune(datetime.now(UTC) + timedelta(days=1))
    place = {"pruned": old, "foreign": f"{old.split('-')[0]}-other", "ahead": "999999"}[lost]
    now = await room.cursor()
    async with served(room) as url, aclosing(read(url, place)) as messages:
        with anyio.fail_after(PATIENCE):
            message = await anext(messages)
            if "told" not in message:
                message = await anext(messages)
            assert message["event"] == "reset"
            assert message["told"]["data"]["cursor"] == now
            assert message["id"] == now.split("-")[0]
            await happen(room, "three")
            assert (await anext(messages))["told"]["summary"] == "three"


async def test_who_goes_leaves_nothing_behind(room: Room) -> None:
    """Tasks are counted after a first visit: from then on one watches for the end of the server."""

    async def visit(url: str) -> None:
        for read in (sse, ws):
            async with aclosing(read(url, "0")) as messages:
                with anyio.fail_after(PATIENCE):
                    await anext(messages)
                    assert await _metrics(url) == 1
            with anyio.fail_after(PATIENCE):
                while await _metrics(url):
                    await anyio.sleep(0.01)

    async with served(room) as url:
        await visit(url)
        before = len(anyio.get_running_tasks())
        for _ in range(4):
            await visit(url)
        with anyio.fail_after(PATIENCE):
            while len(anyio.get_running_tasks()) > before:
                await anyio.sleep(0.01)


async def _metrics(url: str) -> int:
    async with httpx2.AsyncClient() as asking:
        lines = (await asking.get(f"{url}/metrics")).text.splitlines()
    (line,) = [line for line in lines if line.startswith("opsroom_listeners ")]
    return int(line.split()[1])


async def test_many_listeners_hear_the_same(room: Room) -> None:
    before = await room.cursor()
    heard: list[list[str]] = []

    async def listen(url: str) -> None:
        heard.append([message["told"]["summary"] for message in await take(sse(url, before), 3)])

    async with served(room) as url, anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(listen, url)
        for text in ("one", "two", "three"):
            await happen(room, text)
    assert heard == [["one", "two", "three"]] * 20


async def test_there_are_never_too_many(
    app: Starlette, monkeypatch: pytest.MonkeyPatch, room: Room
) -> None:
    monkeypatch.setattr(streams, "MOST_LISTENERS", 0)
    async with client(app) as asking:
        answer = await asking.get("/events")
    assert answer.status_code == 503
    async with served(room) as url:
        with pytest.raises(InvalidStatus) as refused:
            await take(ws(url), 1)
    assert refused.value.response.status_code == 503


async def test_a_websocket_says_why_it_is_refused(room: Room) -> None:
    async with served(room) as url:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"ws{url[4:]}/ws?where=helth:red"):
                pass
    assert refused.value.response.status_code == 400
    assert "health" in json.loads(refused.value.response.body)["error"]["hint"]


async def test_what_a_websocket_is_sent_changes_nothing(room: Room) -> None:
    before = await room.cursor()
    async with served(room) as url, connect(f"ws{url[4:]}/ws?after={before}") as line:
        await line.send("hello")
        await line.send(b"\x00\x01")
        await happen(room, "still here")
        with anyio.fail_after(PATIENCE):
            assert json.loads(await line.recv())["summary"] == "still here"


async def test_silence_is_kept_alive(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "KEEP_ALIVE", 0.05)
    async with served(room) as url, aclosing(sse(url)) as messages:
        with anyio.fail_after(PATIENCE):
            comments = [await anext(messages) for _ in range(3)]
    assert all("comment" in message for message in comments)


async def test_who_stops_reading_is_let_go(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that asks and never reads, while far more is told than buffers hold."""
    monkeypatch.setattr(streams, "PATIENCE", 0.2)
    before = await room.cursor()
    await happen(room, *("much" for _ in range(500)), data={"text": "x" * 40_000})
    async with served(room) as url:
        port = int(url.rpartition(":")[2])
        with socket.socket() as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.connect(("127.0.0.1", port))
            request = f"GET /events?after={before} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"
            line.send(request.encode())
            with anyio.fail_after(PATIENCE):
                while await _metrics(url) == 0:
                    await anyio.sleep(0.01)
                while await _metrics(url):
                    await anyio.sleep(0.05)


@pytest.mark.parametrize(
    ("last", "after", "wanted"),
    [
        ("", "", "None"),
        ("", "5", "5"),
        ("", "5-abc", "5-abc"),
        ("9", "", "9"),
        ("9", "5-abc", "9-abc"),
        ("9-def", "5-abc", "9-def"),
        ("9", "5", "9"),
    ],
)
async def test_where_to_go_on(last: str, after: str, wanted: str) -> None:
    assert str(resume_point(last, after)) == wanted


@pytest.mark.parametrize(
    ("last", "after"), [("x", ""), ("", "x"), ("-1", ""), ("1", "1-" + "a" * 99)]
)
async def test_what_is_no_cursor_is_said(last: str, after: str) -> None:
    with pytest.raises(UsageError, match="not a cursor"):
        resume_point(last, after)
