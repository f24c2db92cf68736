"""The resource `opsroom://repos/{owner}/{name}/closure`."""

from opsroom.operations.findings import documents
from opsroom.operations.room import Room
from opsroom.operations.surface import resource


@resource("opsroom://repos/{owner}/{name}/closure", title="Bill of materials with the fleet")
async def closure(room: Room, owner: str, name: str) -> documents.Document:
    """CycloneDX 1.6: all repositories of the fleet that one needs, with the packages of each."""
    return await documents.closure(room, f"{owner}/{name}")
