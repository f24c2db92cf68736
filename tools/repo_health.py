"""The tool `repo_health`."""

from opsroom.operations import repository as one
from opsroom.operations.room import Room
from opsroom.operations.surface import Budget, Name, tool


@tool(title="Repository health")
async def repo_health(
    room: Room, repository: Name, max_tokens: Budget = 2000
) -> one.RepositoryHealth:
    """One repository, looked at now: grade and its reasons, work trees, findings, fixes.

    Says which branch is checked out where, what is uncommitted, unpushed or behind, each finding
    with its id and how to fix it, and which calls are worth making next.
    """
    return await one.repository_health(room, repository, max_tokens)
