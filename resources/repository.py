"""The resource `opsroom://repos/{owner}/{name}`."""

from opsroom.operations.repository import RepositoryHealth, repository_health
from opsroom.operations.room import Room
from opsroom.operations.surface import resource


@resource("opsroom://repos/{owner}/{name}", title="One repository")
async def repository(room: Room, owner: str, name: str) -> RepositoryHealth:
    """One repository, looked at now. Slashes of the owner are written `%2F`."""
    return await repository_health(room, f"{owner}/{name}", 8000)
