"""Dropping old events, in small batches, once a day."""

import anyio

from opsroom.operations.monitors import Monitor
from opsroom.operations.room import Room

DAY = 86_400.0


async def run(room: Room) -> None:
    """Drop events older than `[journal] keep`, at the start and then daily."""
    while True:
        await room.store.journal.prune(room.now() - room.settings.journal.keep)
        await anyio.sleep(DAY)


MONITOR = Monitor(run)
