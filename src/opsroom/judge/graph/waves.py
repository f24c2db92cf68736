"""In which order to change things: what is needed before who needs it, as much at once as can be.

    libs -> [tools, units] -> [app]

Nodes that need each other have no order: they stay in one wave and are told as such.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import rustworkx as rx

from opsroom.judge.graph.graph import Graph, Plain, packed


class Wave(NamedTuple):
    """What can be changed at the same time, once the waves before are done."""

    nodes: list[int]
    """By id."""
    together: list[list[int]]
    """Those of them that need each other, group by group: no order among them is right."""


def waves(graph: Graph, starts: Iterable[int]) -> list[Wave]:
    """Order a change of some nodes and all that need them, whatever for. The first wave holds
    starts that need no other start. Raises KeyError for what is no node."""
    numbers = {graph.index[node] for node in starts}
    for number in tuple(numbers):
        numbers |= rx.descendants(graph.back, number)
    held = sorted(numbers)
    return _ordered(graph.back.subgraph(held), [graph.ids[number] for number in held])


def order(graph: Graph) -> list[Wave]:
    """Order all nodes of a graph: each in the first wave after everything that it needs."""
    held = graph.back.node_indices()
    plain = graph.back if len(held) == len(graph.ids) else graph.back.subgraph(held)
    return _ordered(plain, [graph.ids[number] for number in held])


def _ordered(plain: Plain, ids: list[int]) -> list[Wave]:
    """The waves of edges that lead from what is needed to who needs it; numbers without gaps."""
    parts = rx.strongly_connected_components(plain)
    if len(parts) == len(ids):
        return [
            Wave(sorted(ids[number] for number in generation), [])
            for generation in rx.topological_generations(plain)
        ]
    part_of = [0] * len(ids)
    for which, part in enumerate(parts):
        for number in part:
            part_of[number] = which
    found: list[Wave] = []
    for generation in rx.topological_generations(
        _of_parts(plain, np.asarray(part_of, np.int64), len(parts))
    ):
        groups = [sorted(ids[number] for number in parts[which]) for which in generation]
        found.append(
            Wave(
                sorted(node for group in groups for node in group),
                sorted(group for group in groups if len(group) > 1),
            )
        )
    return found


def _of_parts(
    plain: Plain, part_of: "np.ndarray[tuple[int], np.dtype[np.int64]]", count: int
) -> Plain:
    """The edges between components; rustworkx would look for each among those it has."""
    pairs = np.asarray(plain.edge_list(), np.int64)
    begins, ends = part_of[pairs[:, 0]], part_of[pairs[:, 1]]
    edges = packed(begins, ends, count)
    condensed: Plain = rx.PyDiGraph(multigraph=True)
    condensed.add_nodes_from([None] * count)
    condensed.extend_from_edge_list(
        list(zip((edges // count).tolist(), (edges % count).tolist(), strict=True))
    )
    return condensed
