"""Passes over every source: which clones there are, and which of them moved."""

import anyio

from opsroom.operations.monitors import Monitor
from opsroom.operations.room import Room
from opsroom.settings import DirectorySource


async def run(room: Room) -> None:
    """Pass over each source that anybody wants, every `gate_every`."""
    every = room.settings.watch.gate_every.total_seconds()
    while True:
        wanted = await room.wanted()
        room.lookout.forget_all_but(wanted)
        for source in wanted:
            await room.lookout.pass_over(source)
        with anyio.move_on_after(every):
            await _asked(room, wanted)


async def _asked(room: Room, wanted: list[DirectorySource]) -> None:
    """Wait until somebody asks for a pass, or wants other sources than these."""
    async with anyio.create_task_group() as tasks:

        async def disturbed() -> None:
            await room.disturbed()
            tasks.cancel_scope.cancel()

        tasks.start_soon(disturbed)
        while await room.wanted() == wanted:
            await room.store.changed()
        tasks.cancel_scope.cancel()


MONITOR = Monitor(run)
