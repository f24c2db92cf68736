"""Passes over every source: which clones there are, and which of them moved."""

import anyio

from opsroom.operations.monitors import Monitor
from opsroom.operations.room import Room


async def run(room: Room) -> None:
    """Pass over each source that anybody wants, every `gate_every`."""
    every = room.settings.watch.gate_every.total_seconds()
    while True:
        for source in await room.wanted():
            await room.lookout.pass_over(source)
        with anyio.move_on_after(every):
            await room.disturbed()


MONITOR = Monitor(run)
