"""The whole graph as a diagram: whoever is needed most first, with who needs them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import anyio

from opsroom.operations.graph.answer import DependencyGraph, Entry, Told, omitted
from opsroom.operations.room import Room

if TYPE_CHECKING:
    from opsroom.operations.graph.sight import Sight


async def whole(room: Room) -> DependencyGraph:
    """The diagram, as much as pages draw; the rest is counted."""
    await room.settled()
    return await room.remembered("whole graph", lambda: _whole(room))


async def _whole(room: Room) -> DependencyGraph:
    from opsroom.operations.graph.mermaid import diagram
    from opsroom.operations.graph.seeing import seen, switched_off

    sight = await seen(room)
    entries = await anyio.to_thread.run_sync(_entries, sight)
    text, left = diagram(entries, sight.grades, 0)
    looked, covered = room.looked(list(sight.rows.values()), whole=True)
    off = switched_off(room)
    edges = sight.graph.edges
    note = "; ".join(filter(None, [room.note(), "" if edges else sight.nothing_seen()]))
    told = Told(None, entries, {})
    return DependencyGraph(
        as_of=looked,
        coverage=covered,
        note=note,
        query="dependents",
        node=None,
        counts={"repositories": len(sight.rows), "edges": edges},
        mermaid=text,
        omitted=omitted(told, entries[: len(entries) - left]),
        unlooked=[*([off] if off else []), *sight.unlooked()],
    )


def _entries(sight: "Sight") -> Sequence[Entry]:
    """Each repository that others need, with them; the most needed first."""
    users = {number: sight.graph.sources_of(number) for number in sight.rows}
    order = sorted(users, key=lambda each: (-len(users[each]), sight.name(each)))
    return [
        Entry(
            sight.node(number),
            tuple(edge for source in users[number] for edge in sight.told(source, number)),
        )
        for number in order
        if users[number]
    ]
