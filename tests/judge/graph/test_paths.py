"""Ways between two nodes, beside networkx."""

import pytest
from hypothesis import given
from tests.judge.graph.made import EDGES, Pairs, built, nx, peer

from opsroom.judge.graph.graph import Graph
from opsroom.judge.graph.paths import Paths, path, paths


@given(EDGES)
def test_the_shortest_ways_are_those_of_networkx_in_order(edges: Pairs) -> None:
    graph, other = built(edges), peer(edges)
    for begin in other:
        for end in other:
            there = nx.has_path(other, begin, end)
            expected = sorted(nx.all_shortest_paths(other, begin, end)) if there else []
            assert paths(graph, begin, end, 1000) == Paths(expected, len(expected))
            assert path(graph, begin, end) == (expected[0] if expected else None)


def test_of_a_billion_ways_ten_are_listed_and_all_counted() -> None:
    """Thirty diamonds one after another."""
    edges = [
        pair
        for at in range(0, 90, 3)
        for pair in ((at, at + 1), (at, at + 2), (at + 1, at + 3), (at + 2, at + 3))
    ]
    found = paths(Graph.build(*zip(*edges, strict=True)), 0, 90)
    assert found.total == 2**30
    assert len(found.paths) == 10
    assert found.paths == sorted(found.paths)
    assert found.paths[0][:4] == [0, 1, 3, 4]


def test_who_is_no_node_has_no_way() -> None:
    with pytest.raises(KeyError):
        path(Graph.build([1], [2]), 1, 3)
