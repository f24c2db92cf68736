"""The resource `opsroom://journal/{cursor}`."""

from opsroom.operations.journal import JournalPage, following
from opsroom.operations.room import Room
from opsroom.operations.surface import resource


@resource("opsroom://journal/{cursor}", title="The journal after a cursor")
async def journal_after(room: Room, cursor: str) -> JournalPage:
    """At most 200 events after a cursor, in order. Never announced: a page of history is final."""
    return await following(room, cursor, 200)
