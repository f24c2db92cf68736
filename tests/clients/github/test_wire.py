"""What only a real socket shows: answers that break off, crawl or never end."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
import httpx2
import pytest
from anyio.abc import SocketAttribute, SocketStream

from opsroom.clients.github.address import HostAddress
from opsroom.clients.github.wire import Broken, TooLarge, Unanswered, Wire
from opsroom.clients.host import HostError

pytestmark = pytest.mark.anyio

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@asynccontextmanager
async def answering(
    *answers: bytes, then: float = 0, endless: bytes = b""
) -> AsyncGenerator[tuple[HostAddress, list[int]]]:
    """A host that sends these bytes, one answer a request, waits, and closes the connection."""
    connections: list[int] = []
    left = list(answers)

    async def serve(stream: SocketStream) -> None:
        connections.append(1)
        try:
            async with stream:
                while left:
                    await stream.receive()
                    await stream.send(left.pop(0))
                await anyio.sleep(then)
                while endless:
                    await stream.send(endless)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream):
            return

    async with (
        await anyio.create_tcp_listener(local_host="127.0.0.1") as listener,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(listener.serve, serve)
        port = listener.extra(SocketAttribute.local_port)  # noqa: S610 - no database is near
        yield HostAddress.of(f"http://127.0.0.1:{port}"), connections
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def wire(
    address: HostAddress, *, largest: int = 1 << 20, longest: float = 5.0
) -> AsyncGenerator[Wire]:
    async with httpx2.AsyncClient() as client:
        yield Wire(address, client, largest=largest, longest=longest)


async def test_connections_are_kept() -> None:
    answer = HEAD + b"Content-Length: 2\r\n\r\n{}"
    async with answering(answer, answer) as (address, connections), wire(address) as line:
        for _ in range(2):
            assert (await line.exchange("GET", f"{address.rest}/x", {})).data == {}
        assert len(connections) == 1


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b'Content-Length: 100\r\n\r\n{"data": 1}',
        HEAD + b'Transfer-Encoding: chunked\r\n\r\nff\r\n{"data": 1}',
        b"HTTP/1.1 200",
        b"",
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
    ],
)
async def test_an_answer_that_breaks_off_is_broken_and_not_half_of_the_truth(
    answer: bytes,
) -> None:
    async with answering(answer) as (address, _), wire(address) as line:
        with pytest.raises(Broken) as caught:
            await line.exchange("GET", f"{address.rest}/x", {})
        assert not caught.value.late


async def test_an_answer_that_crawls_is_late() -> None:
    crawl = HEAD + b"Content-Length: 100\r\n\r\n{"
    async with answering(crawl, then=60) as (address, _), wire(address, longest=0.2) as line:
        with pytest.raises(Broken) as caught:
            await line.exchange("GET", f"{address.rest}/x", {})
        assert caught.value.late


async def test_an_answer_that_never_ends_is_refused() -> None:
    begin = HEAD + b"\r\n["
    async with (
        answering(begin, endless=b" " * 65_536) as (address, _),
        wire(address) as line,
    ):
        with pytest.raises(TooLarge):
            await line.exchange("GET", f"{address.rest}/x", {})


async def test_nobody_at_home_is_no_answer() -> None:
    async with answering() as (address, _):
        pass
    async with wire(address) as line:
        with pytest.raises(Unanswered, match=r"127\.0\.0\.1"):
            await line.exchange("GET", f"{address.rest}/x", {})


async def test_a_log_that_breaks_off_is_broken() -> None:
    begin = HEAD + b"Content-Length: 100\r\n\r\nline\n"

    async def read(line: Wire, url: str) -> bytes:
        async with line.pour(url, {}) as (_, chunks):
            return b"".join([chunk async for chunk in chunks])

    async with answering(begin) as (address, _), wire(address) as line:
        with pytest.raises(Broken):
            await read(line, f"{address.rest}/log")


async def test_our_own_errors_inside_a_log_stay_what_they_are() -> None:
    answer = HEAD + b"Content-Length: 5\r\n\r\nline\n"
    async with answering(answer) as (address, _), wire(address) as line:
        with pytest.raises(HostError, match="too long"):
            async with line.pour(f"{address.rest}/log", {}):
                raise HostError("too long")
