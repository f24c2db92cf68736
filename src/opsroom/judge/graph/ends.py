"""Where the graph ends: who is needed by nobody, and who needs nobody."""

from typing import NamedTuple

from opsroom.judge.graph.graph import Graph


class Ends(NamedTuple):
    """Nodes by id. An orphan is neither root nor leaf."""

    orphans: list[int]
    """Need nobody and are needed by nobody."""
    roots: list[int]
    """Need others and are needed by nobody: what is deployed, what is left over."""
    leaves: list[int]
    """Are needed and need nobody: what everything stands on."""


def ends(graph: Graph) -> Ends:
    """Sort the nodes at the ends."""
    found = Ends([], [], [])
    for node, number in sorted(graph.index.items()):
        needs, needed = graph.there.out_degree(number), graph.back.out_degree(number)
        if not needs and not needed:
            found.orphans.append(node)
        elif not needed:
            found.roots.append(node)
        elif not needs:
            found.leaves.append(node)
    return found
