"""MCP on stdin and stdout. Nothing else is ever printed there."""

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
    """Serve one client until it closes stdin."""
    bus = Bus()
    async with Room(settings, scope=scope) as room, stdio_server() as (incoming, outgoing):
        server = build_server(room, bus, read_only=read_only)
        room.tasks.start_soon(Announcer(room, bus).run)
        room.tasks.start_soon(_warm_up, room)
        await server.run(incoming, outgoing, server.create_initialization_options())


async def _warm_up(room: Room) -> None:
    await anyio.sleep(WARM_UP)
    await room.wake()
