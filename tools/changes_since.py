"""The tool `changes_since`."""

from typing import Annotated

from pydantic import Field

from opsroom.operations import changes
from opsroom.operations.room import Room
from opsroom.operations.surface import Budget, tool

Since = Annotated[
    str, Field(max_length=80, description="a cursor, a time (2026-01-31T12:00Z) or a while (24h)")
]


@tool(title="Changes since")
async def changes_since(
    room: Room, since: Since = "24h", max_tokens: Budget = 1500
) -> changes.Changes:
    """What changed in the fleet since a cursor or a time: ranked, deduplicated, nothing missed.

    Notifications may be lost; this is the record. Keep the `cursor` of each answer for the next
    call. What was there at the first look is backlog, and not reported as news.
    """
    return await changes.changes_since(room, since, max_tokens)
