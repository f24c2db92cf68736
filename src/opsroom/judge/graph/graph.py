"""The edges in memory, to be asked and to be brought up to date node by node.

An edge leads from who needs to what is needed: dependencies lie along the edges, dependents against
them. Nodes are ids, any ints. Inside they are dense numbers, as rustworkx has them; the edges are
held twice, the second time turned round, because rustworkx walks in layers along edges alone and
turns a graph round in quadratic time. Each is made when somebody first walks that way.
"""

from collections.abc import Iterable, Sequence
from itertools import islice, repeat

import numpy as np
import rustworkx as rx
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Plain = rx.PyDiGraph[None, None]

SPAN = 8
"""Ids are looked up in a table where they span no more than this many times their number."""
AT_ONCE = 1 << 14
"""Edges that are pairs of Python at the same time: millions would keep its collector busy."""


class Graph:
    """Who needs whom. Equal edges give equal answers, in whatever order they came.

    `index` gives the number of an id, `ids` the id of a number (of a node that was removed: any).
    `there` and `back` are for the modules beside this one.
    """

    __slots__ = ("_back", "_edges", "_there", "ids", "index")

    def __init__(self) -> None:
        """Make an empty graph."""
        self._there: Plain | None = None
        self._back: Plain | None = None
        self._edges: Ids = np.empty(0, np.int64)
        self.ids: list[int] = []
        self.index: dict[int, int] = {}

    @classmethod
    def build(
        cls, sources: Sequence[int] | Ids, targets: Sequence[int] | Ids, nodes: Iterable[int] = ()
    ) -> "Graph":
        """Make the graph of two columns of edges, and of nodes that may have none.

        An edge that comes twice is one, an edge from a node to itself is none (the node is there).
        """
        graph = cls()
        begins, ends = np.asarray(sources, np.int64), np.asarray(targets, np.int64)
        ids = distinct(np.concatenate((begins, ends, np.fromiter(nodes, np.int64))))
        graph._edges = packed(_numbers(begins, ids), _numbers(ends, ids), len(ids))
        graph.ids = ids.tolist()
        graph.index = dict(zip(graph.ids, range(len(graph.ids)), strict=True))
        return graph

    @property
    def there(self) -> Plain:
        """The edges as they are."""
        if self._there is None:
            self._there = self._made(turned=False)
        return self._there

    @property
    def back(self) -> Plain:
        """The edges turned round."""
        if self._back is None:
            self._back = self._made(turned=True)
        return self._back

    def copy(self) -> "Graph":
        """The same graph apart: what is changed in one is not in the other."""
        graph, (there, back) = Graph(), self._moving()
        graph._there, graph._back, graph._edges = there.copy(), back.copy(), self._edges
        graph.ids, graph.index = list(self.ids), dict(self.index)
        return graph

    def replace(self, source: int, targets: Iterable[int]) -> None:
        """Let a node need these and nothing else; nodes that are new appear.

        A node that nothing needs any more stays.
        """
        there, back = self._moving()
        begin = self._number(source)
        now = {self._number(target) for target in sorted(targets)} - {begin}
        before = set(there.successor_indices(begin))
        gone, new = before - now, sorted(now - before)
        there.remove_edges_from([(begin, end) for end in gone])
        back.remove_edges_from([(end, begin) for end in gone])
        there.add_edges_from_no_data([(begin, end) for end in new])
        back.add_edges_from_no_data([(end, begin) for end in new])

    def add(self, nodes: Iterable[int]) -> None:
        """Let there be nodes; those that are there stay as they are."""
        for node in sorted(nodes):
            self._number(node)

    def remove(self, node: int) -> None:
        """Take a node away with all its edges, if it is there."""
        if node in self.index:
            for held in self._moving():
                held.remove_node(self.index[node])
            del self.index[node]

    def __contains__(self, node: object) -> bool:
        """Whether it is a node."""
        return node in self.index

    def __len__(self) -> int:
        """How many nodes."""
        return len(self.index)

    @property
    def nodes(self) -> list[int]:
        """All nodes, by id."""
        return sorted(self.index)

    @property
    def edges(self) -> int:
        """How many edges."""
        return self.there.num_edges()

    def targets_of(self, node: int) -> list[int]:
        """What a node needs directly, by id. Raises KeyError for what is no node, as all here do:
        of a node nobody knows, nothing can be said."""
        return self.named(self.there.successor_indices(self.index[node]))

    def sources_of(self, node: int) -> list[int]:
        """Who needs a node directly, by id."""
        return self.named(self.back.successor_indices(self.index[node]))

    def dependents(
        self, node: int, depth: int | None = None, most: int | None = None
    ) -> dict[int, int]:
        """Who needs a node, and over how many edges at least; the nearest first, then by id.

        A walk to a `depth` doesn't look further than that; one to `most` nodes ends with the layer
        that has the last of them.
        """
        return self._away(self.back, [node], depth, most)

    def dependents_of_any(self, nodes: Iterable[int], depth: int | None = None) -> dict[int, int]:
        """Who needs any of several nodes, and over how many edges at least; without themselves."""
        return self._away(self.back, nodes, depth, None)

    def dependencies(
        self, node: int, depth: int | None = None, most: int | None = None
    ) -> dict[int, int]:
        """What a node needs, and over how many edges at least; the nearest first, then by id."""
        return self._away(self.there, [node], depth, most)

    def dependencies_of_any(self, nodes: Iterable[int], depth: int | None = None) -> dict[int, int]:
        """What any of several nodes needs, and over how many edges at least; without themselves."""
        return self._away(self.there, nodes, depth, None)

    def named(self, numbers: Iterable[int]) -> list[int]:
        """The ids of numbers, in order."""
        return sorted(map(self.ids.__getitem__, numbers))

    def _away(
        self, held: Plain, nodes: Iterable[int], depth: int | None, most: int | None
    ) -> dict[int, int]:
        starts = list(map(self.index.__getitem__, nodes))
        layers = (
            rx.digraph_bfs_layers(held, starts)[1:]
            if depth is None and most is None
            else _layers(held, starts, depth, most)
        )
        away: dict[int, int] = {}
        for distance, layer in enumerate(layers, 1):
            away.update(zip(self.named(layer), repeat(distance)))
        return away if most is None else dict(islice(away.items(), most))

    def _number(self, node: int) -> int:
        number = self.index.get(node)
        if number is None:
            there, back = self._moving()
            number = there.add_node(None)
            back.add_node(None)
            self.index[node] = number
            if number == len(self.ids):
                self.ids.append(node)
            else:
                self.ids[number] = node
        return number

    def _moving(self) -> tuple[Plain, Plain]:
        """Both, made before anything moves: what they are made of is as it was built."""
        return self.there, self.back

    def _made(self, *, turned: bool) -> Plain:
        count, edges = len(self.ids), self._edges
        made: Plain = rx.PyDiGraph(
            multigraph=True, node_count_hint=count, edge_count_hint=len(edges)
        )
        made.add_nodes_from([None] * count)
        for at in range(0, len(edges), AT_ONCE):
            begins, ends = divmod(edges[at : at + AT_ONCE], count)
            pair = (ends, begins) if turned else (begins, ends)
            made.extend_from_edge_list(list(zip(*(end.tolist() for end in pair), strict=True)))
        return made


def _layers(held: Plain, starts: list[int], depth: int | None, most: int | None) -> list[list[int]]:
    """As rustworkx would give them, no further than is asked."""
    seen, layer, layers = set(starts), starts, list[list[int]]()
    while layer and len(layers) != depth and (most is None or len(seen) <= most):
        found = set[int]().union(*map(held.successor_indices, layer)) - seen
        seen |= found
        layer = list(found)
        layers.append(layer)
    return layers


def distinct(ids: Ids) -> Ids:
    """Sorted, each once."""
    if not len(ids):
        return ids
    low, high = int(ids.min()), int(ids.max())
    if high - low > SPAN * len(ids):
        return np.unique(ids)
    there = np.zeros(high - low + 1, np.bool_)
    there[ids - low] = True
    return np.flatnonzero(there) + low


def _numbers(column: Ids, ids: Ids) -> Ids:
    """Where each id of a column stands among all."""
    if not len(ids) or int(ids[-1] - ids[0]) > SPAN * max(len(column), len(ids)):
        return np.searchsorted(ids, column)
    table: Ids = np.zeros(int(ids[-1] - ids[0]) + 1, np.int64)
    table[ids - ids[0]] = np.arange(len(ids))
    found: Ids = table[column - ids[0]]
    return found


def packed(begins: Ids, ends: Ids, count: int) -> Ids:
    """Both ends of each edge in one number, sorted, each once, without self-loops."""
    every: Ids = (begins * count + ends)[begins != ends]
    every.sort()
    first = np.ones(len(every), np.bool_)
    np.not_equal(every[1:], every[:-1], out=first[1:])
    edges: Ids = every[first]
    return edges
