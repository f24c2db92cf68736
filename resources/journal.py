"""The resource `opsroom://journal`."""

from opsroom.operations.journal import JournalPage, newest
from opsroom.operations.room import Room
from opsroom.operations.surface import resource


@resource("opsroom://journal", title="The journal")
async def journal(room: Room) -> JournalPage:
    """The newest 50 events of the fleet, newest first, with the cursor that follows them."""
    return await newest(room, 50)
