"""The tool `scan`."""

from typing import Annotated

from pydantic import Field

from opsroom.operations.room import Room
from opsroom.operations.scans import asking
from opsroom.operations.surface import Budget, Filter, tool

Scanners = Annotated[
    tuple[str, ...],
    Field(max_length=30, description="e.g. `secrets`, `dependencies`; empty: all there are"),
]


@tool(title="Scan")
async def scan(
    room: Room, where: Filter = "", scanners: Scanners = (), max_tokens: Budget = 1500
) -> asking.Requested:
    """Have repositories scanned now: dependencies, secrets, code, configuration. Gives `run`.

    Says what is already known of them. The fleet is scanned by itself when something moved, and
    what has not moved costs nothing. Nothing is changed. `run_status` says how far it is, and
    `findings` what was found.
    """
    return await asking.scan(room, where, scanners, max_tokens)
