"""The resource `opsroom://runs/{id}`."""

from opsroom.operations.room import Room
from opsroom.operations.runs import RunStatus, run_status
from opsroom.operations.surface import resource


@resource("opsroom://runs/{run}", title="One run")
async def run(room: Room, run: str) -> RunStatus:
    """How far one run of Opsroom is: its steps, failed ones first, with their errors."""
    return await run_status(room, run, 8000)
