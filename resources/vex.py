"""The resource `opsroom://repos/{owner}/{name}/vex`."""

from opsroom.operations.findings import documents
from opsroom.operations.room import Room
from opsroom.operations.surface import resource


@resource("opsroom://repos/{owner}/{name}/vex", title="What was decided about flaws")
async def vex(room: Room, owner: str, name: str) -> documents.Document:
    """OpenVEX: which known flaws of its packages matter, which don't, and why."""
    return await documents.vex(room, f"{owner}/{name}")
