"""The resource `opsroom://findings/{id}`."""

from opsroom.operations.findings import one
from opsroom.operations.room import Room
from opsroom.operations.surface import resource


@resource("opsroom://findings/{finding}", title="One finding")
async def finding(room: Room, finding: str) -> one.FindingReport:
    """One finding in full: who saw it where, what was decided, what mends it, who else has it."""
    return await one.finding(room, finding)
