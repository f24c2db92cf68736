"""Servers that are told to end: in order, with the store closed, and nothing to complain of."""

import re
import signal
import stat
from pathlib import Path

import anyio
import pytest
from anyio.abc import Process
from tests.operations.rooms import Yard
from tests.serve.lines import complaints, serving, spoken
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

pytestmark = pytest.mark.anyio

SIGNALS = [signal.SIGTERM, signal.SIGINT]


async def ended(process: Process, number: signal.Signals) -> str:
    """End it by that signal; gives what it still wrote to stderr."""
    process.send_signal(number)
    with anyio.fail_after(4):
        assert await process.wait() == 0
    return await complaints(process)


def closed(home: Path) -> bool:
    return [path.name for path in home.glob("store.sqlite*")] == ["store.sqlite"]


@pytest.mark.parametrize("number", SIGNALS)
async def test_the_centre(yard: Yard, number: signal.Signals) -> None:
    async with serving(home=yard.home) as (process, _):
        assert not closed(yard.home), "a store that is open has a log beside it"
        assert await ended(process, number) == ""
    assert closed(yard.home)
    for name in ("server.token", "approver.token"):
        assert stat.S_IMODE((yard.home / name).stat().st_mode) == 0o600


async def test_the_centre_ends_its_streams_at_once(yard: Yard) -> None:
    async with serving(home=yard.home) as (process, page):
        port = int(re.findall(r":(\d+)/", page)[0])
        async with await anyio.connect_tcp("127.0.0.1", port) as line:
            await line.send(b"GET /events HTTP/1.1\r\nHost: localhost:%d\r\n\r\n" % port)
            said = b""
            while b": opsroom" not in said:
                said += await line.receive()
            process.send_signal(signal.SIGTERM)
            with anyio.fail_after(2.5):
                assert await process.wait() == 0
        assert await complaints(process) == ""


@pytest.mark.parametrize("number", SIGNALS)
async def test_a_line(yard: Yard, number: signal.Signals) -> None:
    yard.clone("api")
    async with spoken(str(yard.code), home=yard.home) as line:
        await line.shake_hands()
        assert not (await line.call("fleet_status")).get("isError")
        assert not closed(yard.home)
        assert await ended(line.process, number) == ""
    assert closed(yard.home)


async def test_refused_websockets_leave_no_line_in_the_log(yard: Yard) -> None:
    async with serving(home=yard.home) as (process, page):
        address = page.replace("http", "ws", 1)
        for path, origin, status in (
            ("ws", Origin("https://evil.example"), 403),
            ("ws?where=helth:red", None, 400),
            ("nothing", None, 403),
            ("static/style.css", None, 403),
        ):
            with pytest.raises(InvalidStatus) as refused:
                async with connect(f"{address}{path}", origin=origin):
                    pass
            assert refused.value.response.status_code == status
        async with connect(f"{address}ws"):
            pass
        assert await ended(process, signal.SIGTERM) == ""
