"""Keeping advisories up to date, for as long as the room owns its store and scans."""

from datetime import timedelta

import anyio

from opsroom.operations.advisories.refresh import refresh
from opsroom.operations.monitors import Monitor
from opsroom.operations.room import Room

PAUSE = 30.0
"""Seconds between two looks at whether packages are new, that nobody was asked for."""
LOOK_EVERY = timedelta(minutes=10)
"""How often a look is made in any case: the day is over, or an archive was replaced."""


async def run(room: Room) -> None:
    """Refresh what is due: at the start, when something was recorded, and from time to time."""
    if not room.scans:
        await anyio.sleep_forever()
    seen, looked = -1, room.now() - LOOK_EVERY
    while True:
        version, now = room.store.version, room.now()
        if version != seen or now - looked >= LOOK_EVERY:
            await refresh(room)
            seen, looked = version, now
        await anyio.sleep(PAUSE)


MONITOR = Monitor(run)
