"""The resource `opsroom://repos/{owner}/{name}/sbom`."""

from opsroom.operations.findings import documents
from opsroom.operations.room import Room
from opsroom.operations.surface import resource


@resource("opsroom://repos/{owner}/{name}/sbom", title="Bill of materials")
async def sbom(room: Room, owner: str, name: str) -> documents.Document:
    """CycloneDX 1.6: the packages of one repository, what needs what, and known flaws."""
    return await documents.bill_of_materials(room, f"{owner}/{name}")
