"""Dropping what is old, in small batches, once a day: events, runs, findings and links that ended.

What scans told of repositories that are gone goes too, and manifests that nobody has any more.
"""

from collections.abc import Awaitable, Callable

import anyio

from opsroom.operations.monitors import Monitor
from opsroom.operations.room import Room
from opsroom.store.database import Connection
from opsroom.store.findings import forget_findings
from opsroom.store.link_history import forget_past
from opsroom.store.pruning import forget_gone, forget_orphans, forget_versions
from opsroom.store.runs import forget_runs

DAY = 86_400.0


async def run(room: Room) -> None:
    """Drop what is older than `[journal] keep`, at the start and then daily."""
    while True:
        await prune(room)
        await anyio.sleep(DAY)


async def prune(room: Room) -> None:
    """Drop what is older than `[journal] keep`, and what nobody needs, now."""
    before = room.now() - room.settings.journal.keep
    await room.store.journal.prune(before)
    await _once(room, lambda connection: forget_findings(connection, before))
    await _once(room, forget_gone)
    await _once(room, lambda connection: forget_past(connection, before))
    await _until_none(room, lambda connection: forget_runs(connection, before))
    await _until_none(room, forget_orphans)
    await _once(room, forget_versions)


async def _until_none(room: Room, forget: Callable[[Connection], Awaitable[int]]) -> None:
    """Forget some at a time, each in a transaction of its own: others write in between."""
    while await _once(room, forget):
        await anyio.lowlevel.checkpoint()


async def _once(room: Room, forget: Callable[[Connection], Awaitable[int]]) -> int:
    async with room.store.write() as connection:
        return await forget(connection)


MONITOR = Monitor(run)
