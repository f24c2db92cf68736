"""Seeing to it that every repository answers for its address: once, when the store is owned.

A store of a version before the graph has repositories that nobody may look at again for long, and
a new version may tell more names from an address.
"""

import anyio

from opsroom.model.repository import RepositoryState
from opsroom.operations.graph.keeping import keep_all_identities
from opsroom.operations.monitors import Monitor
from opsroom.operations.room import Room

AT_ONCE = 500
"""Repositories in one transaction: others write in between."""


async def run(room: Room) -> None:
    """Keep the names of all repositories, where they are not what they are kept as."""
    await keep_names(room)
    await anyio.sleep_forever()


async def keep_names(room: Room) -> None:
    """Keep the names of all repositories that are there, some at a time."""
    await room.refresh()
    keys = [
        row.repository.key for row in room.fleet if row.repository.state is not RepositoryState.GONE
    ]
    for start in range(0, len(keys), AT_ONCE):
        async with room.store.write() as connection:
            await room.fleet.refresh(connection)
            some = keys[start : start + AT_ONCE]
            await keep_all_identities(connection, room.fleet, some, room.now())


MONITOR = Monitor(run)
