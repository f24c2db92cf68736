"""Cycles, beside networkx, and those that are too many to look through."""

from hypothesis import given
from tests.judge.graph.made import EDGES, Pairs, built, nx, peer

from opsroom.judge.graph.cycles import Cycle, cycles
from opsroom.judge.graph.graph import Graph


@given(EDGES)
def test_components_and_shortest_cycles_are_those_of_networkx(edges: Pairs) -> None:
    other = peer(edges)
    found = cycles(built(edges))
    parts = [sorted(part) for part in nx.strongly_connected_components(other) if len(part) > 1]
    assert [list(cycle.nodes) for cycle in found] == sorted(
        parts, key=lambda part: (-len(part), part)
    )
    for cycle in found:
        within = other.subgraph(cycle.nodes)
        assert cycle.shortest
        assert len(cycle.example) == min(map(len, nx.simple_cycles(within)))
        assert cycle.example[0] == min(cycle.example)
        assert nx.is_simple_path(within, list(cycle.example))
        assert within.has_edge(cycle.example[-1], cycle.example[0])


@given(EDGES)
def test_the_order_of_the_edges_changes_nothing(edges: Pairs) -> None:
    assert cycles(built(edges)) == cycles(built(edges[::-1]))


def test_a_ring_of_thousands_is_walked_once() -> None:
    size = 5000
    graph = Graph.build(range(size), [*range(1, size), 0])
    assert cycles(graph, effort=size + 1) == [Cycle(tuple(range(size)), tuple(range(size)))]


def test_a_search_that_was_ended_says_so() -> None:
    """A ring with a way that is shorter by one."""
    graph = Graph.build([*range(9), 0], [*range(1, 9), 0, 2])
    nodes = tuple(range(9))
    assert cycles(graph) == [Cycle(nodes, (0, *range(2, 9)))]
    around = Graph.build([*range(9), 3, 4], [*range(1, 9), 0, 5, 3])
    assert cycles(around) == [Cycle(nodes, (3, 4))]
    far = Graph.build([0, 1, 2, 3, 1, 4, 5], [1, 2, 3, 0, 4, 5, 1])
    assert cycles(far) == [Cycle((0, 1, 2, 3, 4, 5), (1, 4, 5))]
    assert cycles(far, effort=1) == [Cycle((0, 1, 2, 3, 4, 5), (0, 1, 2, 3), shortest=False)]
