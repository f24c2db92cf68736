"""Watching files: a change in a clone is looked at as soon as it is made."""

import logging

import anyio

from opsroom.errors import ObservationError
from opsroom.observe.watch import SOURCE, watch
from opsroom.operations.monitors import Monitor
from opsroom.operations.room import Room

log = logging.getLogger("opsroom.files")

RETRY = 60.0
"""Seconds before file watching is tried again when the machine refused it."""


async def run(room: Room) -> None:
    """Watch the clones that the passes found; without watches the passes still see changes."""
    while True:
        try:
            await _watch(room)
        except ObservationError as error:
            log.warning("files are not watched, changes are seen by passes only: %s", error)
            await anyio.sleep(RETRY)


async def _watch(room: Room) -> None:
    """Watch until the set of clones changes."""
    lookout = room.lookout
    known = frozenset(lookout.known)
    if not known:
        await lookout.met()
        return
    stop = anyio.Event()
    refused: ObservationError | None = None
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_stop_when_others, room, known, stop)
        checkouts = [found.checkout for found in lookout.known.values()]
        roots = [str(source.path) for source in await room.wanted()]
        try:
            async for changed in watch(checkouts, roots, stop):
                if SOURCE in changed:
                    room.disturb()
                await lookout.look(changed - {SOURCE})
        except ObservationError as error:  # raised below: a task group would wrap it
            refused = error
        tasks.cancel_scope.cancel()
    if refused:
        raise refused


async def _stop_when_others(room: Room, known: frozenset[str], stop: anyio.Event) -> None:
    while frozenset(room.lookout.known) == known:
        await room.lookout.met()
    stop.set()


MONITOR = Monitor(run)
