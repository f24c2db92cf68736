"""Small graphs with everything in them, and the same ones for networkx."""

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from hypothesis import strategies as st

from opsroom.judge.graph.graph import Graph
from opsroom.judge.graph.phased import Phased
from opsroom.model.link import Phase

nx: Any = import_module("networkx")
"""It comes without types."""

Pairs = list[tuple[int, int]]
Phases = list[tuple[int, int, Phase]]

NODES = st.integers(-2, 8)
EDGES: st.SearchStrategy[Pairs] = st.lists(st.tuples(NODES, NODES), max_size=24)
"""Twice the same, to itself, in circles, and in parts: all of it happens."""

PHASED: st.SearchStrategy[Phases] = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6), st.sampled_from(Phase)), max_size=14
)


def built(edges: Pairs) -> Graph:
    """Our graph of the edges."""
    return Graph.build([source for source, _ in edges], [target for _, target in edges])


def peer(edges: Pairs) -> Any:
    """The same graph as networkx has it."""
    other = nx.DiGraph()
    other.add_nodes_from(node for edge in edges for node in edge)
    other.add_edges_from((source, target) for source, target in edges if source != target)
    return other


def phased(edges: Phases, nodes: Iterable[int] = ()) -> Phased:
    """Our graph of edges with phases."""
    sources, targets = [edge[0] for edge in edges], [edge[1] for edge in edges]
    return Phased.build(sources, targets, [edge[2] for edge in edges], nodes)
