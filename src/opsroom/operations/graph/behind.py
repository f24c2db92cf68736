"""Who is behind: what answers say of the versions on their edges.

Against the releases of the repository that makes it; of what comes from outside, against the
versions that the edges of the same answer name.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import anyio.to_thread

from opsroom.judge.graph.skew import Behind, behind, said
from opsroom.judge.graph.versions import Releases, in_use
from opsroom.judge.matching import key
from opsroom.model.text import plain
from opsroom.operations.graph.answer import Entry, GraphEdge, Told
from opsroom.operations.graph.releases import Asked, releases_of

if TYPE_CHECKING:
    from opsroom.model.link import Edge
    from opsroom.operations.graph.sight import Sight
    from opsroom.operations.room import Room

MOST = 500
"""Entries that are compared: those that an answer has room for are fewer."""
STATES = ("behind", "unknown", "ahead", "floating", "current")
"""What is told of several versions at once is the first of these."""


async def compared(room: "Room", sight: "Sight", told: Told, *, fully: bool) -> Told:
    """The same with `behind` on its edges. Unless `fully`, only where something is behind."""
    ids = {row.name: number for number, row in sight.rows.items()}
    first, rest = told.entries[:MOST], told.entries[MOST:]
    own = {
        (edge.source, edge.to, edge.kind): _edges(sight, ids, edge)
        for entry in first
        for edge in entry.edges
        if edge.source in ids and edge.to in ids
    }
    asked = {(each.target, each.name) for edges in own.values() for each in edges if each.version}
    known = await releases_of(room, asked) if asked else {}

    def compare() -> list[Entry]:
        others = _in_use(edge for entry in first for edge in entry.edges if edge.to not in ids)

        def one(edge: GraphEdge) -> GraphEdge:
            mine = own.get((edge.source, edge.to, edge.kind))
            if mine is None:
                found = [behind(others[edge.to], each) for each in used(edge.versions, _kind(edge))]
            else:
                found = [_behind(each, known) for each in mine if each.version]
            worst = min(found, key=_gravity, default=None)
            if worst is None or not (fully or worst.state == "behind"):
                return edge
            return edge.model_copy(update={"behind": plain(said(worst), 120)})

        return [each._replace(edges=tuple(map(one, each.edges))) for each in first]

    return told._replace(entries=[*await anyio.to_thread.run_sync(compare), *rest])


def used(versions: Iterable[str], kind: str) -> list[str]:
    """The versions that are used; what is asked for (`^1.2`) counts where no lock says more."""
    found = [each for each in versions if each != "..."]
    return [each for each in found if key(kind, each) is not None] or found


def _kind(edge: GraphEdge) -> str:
    """The ecosystem of what comes from outside, by its name as people write it."""
    return edge.to.partition("/")[0]


def _edges(sight: "Sight", ids: Mapping[str, int], edge: GraphEdge) -> Sequence["Edge"]:
    """Everything that an edge of an answer stands for."""
    found = sight.needs(ids[edge.source]).get(ids[edge.to], ())
    return [each for each in found if each.kind == edge.kind]


def _behind(edge: "Edge", known: Mapping[Asked, Releases]) -> Behind:
    return behind(known[edge.target, edge.name], edge.version)


def _in_use(edges: Iterable[GraphEdge]) -> dict[str, Releases]:
    """The versions of what comes from outside, by its name as people write it (`npm/lodash`)."""
    versions: dict[str, list[str]] = {}
    for edge in edges:
        versions.setdefault(edge.to, []).extend(edge.versions)
    return {name: in_use(name.partition("/")[0], each) for name, each in versions.items()}


def _gravity(found: Behind) -> tuple[int, int]:
    return STATES.index(found.state), -(found.releases or 0)
