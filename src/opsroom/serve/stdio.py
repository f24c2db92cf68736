"""MCP on stdin and stdout. Nothing else is ever printed there."""

import os
import signal

import anyio
from mcp.server.stdio import stdio_server

from opsroom.model.where import Where
from opsroom.operations.room import Room
from opsroom.serve.bus import Announcer, Bus
from opsroom.serve.mcp import build_server
from opsroom.settings import Settings

WARM_UP = 1.0
"""Seconds after the start in which a client may shake hands before the heavy parts are loaded."""


async def run_stdio(settings: Settings, *, scope: Where, read_only: bool) -> None:
    """Serve one client until it closes stdin, or until SIGTERM or SIGINT."""
    bus = Bus()
    async with stdio_server() as (incoming, outgoing):
        async with Room(settings, scope=scope, scans=True) as room:
            server = build_server(room, bus, read_only=read_only)
            room.tasks.start_soon(Announcer(room, bus).run)
            room.tasks.start_soon(_warm_up, room)
            with anyio.CancelScope() as line:
                room.tasks.start_soon(_until_signal, line)
                await server.run(incoming, outgoing, server.create_initialization_options())
        if line.cancelled_caught:
            # The store is closed; what is left is a thread in a read of stdin that nothing ends.
            os._exit(0)


async def _until_signal(line: anyio.CancelScope) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            line.cancel()


async def _warm_up(room: Room) -> None:
    await anyio.sleep(WARM_UP)
    await room.wake()
