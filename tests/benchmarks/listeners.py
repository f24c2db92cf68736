"""Listeners of every kind, raw: the time at which each hears of a change, and nothing else.

A listener is connected by one of the functions below, which return when it is known to listen.
"""

import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Protocol

import anyio
import httpx2
from tests.benchmarks.pipe import CLIENT, LEGACY, MODERN

HOST = "127.0.0.1"
KEPT = 4096
"""Bytes of what was heard that are kept, in case a message comes in two pieces."""

META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": CLIENT,
}


class Source(Protocol):
    """A byte stream that can be read."""

    async def receive(self, max_bytes: int = 65536, /) -> bytes:
        """The next bytes."""
        ...


Connect = Callable[[AsyncExitStack, Sequence[str]], Awaitable[Source]]
"""Connect one listener to these resources."""


@dataclass(slots=True)
class Audience:
    """Listeners that wait for the same word. `heard` are the times at which they heard it."""

    size: int
    word: bytes = b""
    heard: list[float] = field(default_factory=list[float])
    everybody: anyio.Event = field(default_factory=anyio.Event)

    def listen_for(self, word: str) -> None:
        """Wait for another word from now on."""
        self.word, self.heard, self.everybody = word.encode(), [], anyio.Event()

    async def hear(self, source: Source) -> None:
        """Be one of the listeners, for ever."""
        kept, done = b"", b""
        while True:
            chunk = await source.receive()
            now = time.perf_counter()
            kept = (kept + chunk)[-KEPT:]
            if self.word != done and self.word in kept:
                kept, done = b"", self.word
                self.heard.append(now)
                if len(self.heard) == self.size:
                    self.everybody.set()


async def until(source: Source, word: bytes) -> bytes:
    """Read until a word has come; all that was read."""
    seen = b""
    while word not in seen:
        seen += await source.receive()
    return seen


def message(method: str, number: int | None = None, **params: Any) -> dict[str, Any]:
    """A JSON-RPC request, or a notification where it has no number."""
    known = {} if number is None else {"id": number}
    return {"jsonrpc": "2.0", **known, "method": method, "params": params}


def hello() -> dict[str, Any]:
    """The first request of an older client."""
    return message("initialize", 1, protocolVersion=LEGACY, capabilities={}, clientInfo=CLIENT)


def wish(uris: Sequence[str]) -> dict[str, Any]:
    """The request of a newer client to be told of these resources."""
    return message(
        "subscriptions/listen", 1, _meta=META, notifications={"resourceSubscriptions": list(uris)}
    )


async def _ask(
    stack: AsyncExitStack, port: int, line: str, headers: Mapping[str, str], body: bytes = b""
) -> Source:
    """Send one HTTP request, and give the connection."""
    stream = await stack.enter_async_context(await anyio.connect_tcp(HOST, port))
    said = {"Host": f"{HOST}:{port}", "Content-Length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    await stream.send(f"{line} HTTP/1.1\r\n{head}\r\n".encode() + body)
    return stream


def events(port: int) -> Connect:
    """`GET /events`."""

    async def connect(stack: AsyncExitStack, _: Sequence[str]) -> Source:
        stream = await _ask(stack, port, "GET /events", {})
        await until(stream, b"retry:")
        return stream

    return connect


def http_modern(port: int) -> Connect:
    """`subscriptions/listen`, the answer of which is the stream."""

    async def connect(stack: AsyncExitStack, uris: Sequence[str]) -> Source:
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": MODERN,
            "Mcp-Method": "subscriptions/listen",
        }
        body = json.dumps(wish(uris)).encode()
        stream = await _ask(stack, port, "POST /mcp", headers, body)
        await until(stream, b"acknowledged")
        return stream

    return connect


def http_legacy(port: int) -> Connect:
    """A session, its GET stream, and a subscription for each resource."""

    async def connect(stack: AsyncExitStack, uris: Sequence[str]) -> Source:
        headers = {"Accept": "application/json, text/event-stream"}
        async with httpx2.AsyncClient(
            base_url=f"http://{HOST}:{port}", headers=headers, timeout=60
        ) as http:
            answer = await http.post("/mcp", json=hello())
            session = {
                "Mcp-Session-Id": answer.headers["mcp-session-id"],
                "MCP-Protocol-Version": LEGACY,
            }
            http.headers.update(session)
            await http.post("/mcp", json=message("notifications/initialized"))
            stream = await _ask(stack, port, "GET /mcp", {"Accept": "text/event-stream", **session})
            await until(stream, b"\r\n\r\n")
            for number, uri in enumerate(uris, 2):
                asked = message("resources/subscribe", number, uri=uri)
                (await http.post("/mcp", json=asked)).raise_for_status()
        return stream

    return connect


def stdio(command: Sequence[str], environment: Mapping[str, str], *, modern: bool) -> Connect:
    """A server of our own, as one client over its pipes."""

    async def connect(stack: AsyncExitStack, uris: Sequence[str]) -> Source:
        process = await stack.enter_async_context(
            await anyio.open_process(list(command), env=environment, stderr=None)
        )
        stack.callback(process.terminate)
        assert process.stdin is not None
        assert process.stdout is not None

        async def send(said: dict[str, Any]) -> None:
            assert process.stdin is not None
            await process.stdin.send(json.dumps(said).encode() + b"\n")

        if modern:
            await send(wish(uris))
            await until(process.stdout, b"acknowledged")
            return process.stdout
        await send(hello())
        await until(process.stdout, b"\n")
        await send(message("notifications/initialized"))
        for number, uri in enumerate(uris, 2):
            await send(message("resources/subscribe", number, uri=uri))
            await until(process.stdout, b"\n")
        return process.stdout

    return connect
