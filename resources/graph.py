"""The resource `opsroom://graph`."""

from opsroom.operations.graph import drawing
from opsroom.operations.graph.answer import DependencyGraph
from opsroom.operations.room import Room
from opsroom.operations.surface import resource


@resource("opsroom://graph", title="The dependency graph")
async def graph(room: Room) -> DependencyGraph:
    """Who needs whom across the fleet as a Mermaid diagram, whoever is needed most first."""
    return await drawing.whole(room)
