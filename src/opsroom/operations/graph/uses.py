"""`uses:` of the filter language: which repositories each needs directly, as far as is known.

The graph is read only when a filter asks for it; from then on rows know it.
"""

from opsroom.model.where import Where
from opsroom.operations.room import Room

USES = "uses"


async def learn(room: Room, where: Where) -> None:
    """Let the rows of a room know what they use, if a filter or the scope asks for that.

    A repository that the caller may not see is used by nobody.
    """
    terms = (*where.terms, *room.scope.terms)
    if not any(term.key == USES for term in terms):
        return
    from opsroom.operations.graph.held import graph
    from opsroom.operations.graph.seeing import seen

    held, fleet = await graph(room), room.fleet
    names = {number: row.name for number, row in held.names.items()}
    edges, unknown = held.edges, held.unknown
    if not any(term.key == USES for term in room.scope.terms):
        sight = await seen(room)
        names = {number: row.name for number, row in sight.rows.items()}
        edges = sight.edges
    fleet.needs.clear()
    for number in names:
        row = held.names[number]
        found = frozenset(names[e.target] for e in edges.get(number, ()) if e.target in names)
        whole = number not in unknown
        fleet.needs[row.repository.key] = found, whole
