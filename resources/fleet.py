"""The resource `opsroom://fleet`."""

from opsroom.operations.room import Room
from opsroom.operations.status import FleetStatus, fleet_status
from opsroom.operations.surface import resource


@resource("opsroom://fleet", title="The fleet")
async def fleet(room: Room) -> FleetStatus:
    """How the whole fleet stands: counts, the worst repositories, coverage, cursor."""
    return await fleet_status(room, "", 4000)
