"""The graph of a caller, made of the one of the whole fleet, and again only when it moved."""

from typing import TYPE_CHECKING

import anyio

from opsroom.operations.graph.sight import Sight
from opsroom.operations.room import Room
from opsroom.operations.scans.equipment import DEPENDENCIES

if TYPE_CHECKING:
    from opsroom.model.link import Edge
    from opsroom.operations.fleet import Row
    from opsroom.operations.graph.held import Held

SWITCHED_OFF = (
    "the scanner `dependencies` is switched off in the settings: nothing is known of what "
    "repositories need (add it to scan.scanners)"
)


async def seen(room: Room) -> Sight:
    """What this caller may see of the graph. It is not changed, and good for one question."""
    from opsroom.operations.graph.held import graph

    held = await graph(room)

    async def made() -> Sight:
        rows = room.rows()
        before = room.fleet.sight
        room.fleet.sight = await anyio.to_thread.run_sync(_sight, held, rows, before)
        return room.fleet.sight

    return await room.remembered(("graph", held.revision, str(room.scope)), made)


def _sight(held: "Held", rows: "list[Row]", before: Sight | None) -> Sight:
    """The edges between rows that are there for the caller; those of before, if none moved."""
    by_key = {row.repository.key: row for row in rows}
    seen = {
        number: by_key[row.repository.key]
        for number, row in held.names.items()
        if row.repository.key in by_key
    }
    if before and (before.revision, before.rows.keys()) != (held.revision, seen.keys()):
        before = None
    edges = before.edges if before else _among(held, seen)
    now = Sight(
        rows=seen,
        edges=edges,
        looks=held.looks,
        commits={number: held.commit(number) for number in seen},
        unknown={number: why for number, why in held.unknown.items() if number in seen},
        unread={number: paths for number, paths in held.unread.items() if number in seen},
        revision=held.revision,
        inner=held.inner,
        pairs=before.pairs if before else {},
    )
    return now.drawn_as(before) if before else now


def _among(held: "Held", seen: "dict[int, Row]") -> "dict[int, list[Edge]]":
    return {
        number: kept
        for number in seen
        if (kept := [edge for edge in held.edges_of(number) if edge.target in seen])
    }


def switched_off(room: Room) -> str:
    """That manifests are not read here at all, where settings say so."""
    wanted = room.settings.scan.scanners
    return SWITCHED_OFF if wanted is not None and DEPENDENCIES not in wanted else ""
