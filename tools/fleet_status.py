"""The tool `fleet_status`."""

from opsroom.operations import status
from opsroom.operations.room import Room
from opsroom.operations.surface import Budget, Filter, tool


@tool(title="Fleet status")
async def fleet_status(
    room: Room, where: Filter = "", max_tokens: Budget = 1200
) -> status.FleetStatus:
    """How the whole fleet of Git repositories stands, in one short answer.

    Counts by grade, the worst repositories with reasons, what is stale or could not be looked at,
    and the cursor from which `changes_since` goes on. Start here.
    """
    return await status.fleet_status(room, where, max_tokens)
