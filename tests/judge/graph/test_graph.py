"""The graph in memory, beside networkx on the same edges."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.judge.graph.made import EDGES, Pairs, built, nx, peer

from opsroom.judge.graph.graph import Graph


@given(EDGES)
def test_walks_are_those_of_networkx(edges: Pairs) -> None:
    graph, other = built(edges), peer(edges)
    assert graph.nodes == sorted(other)
    assert graph.edges == other.number_of_edges()
    for node in other:
        assert graph.targets_of(node) == sorted(other.successors(node))
        assert graph.sources_of(node) == sorted(other.predecessors(node))
        for depth in (None, 0, 1, 2):
            along = dict(nx.single_source_shortest_path_length(other, node, cutoff=depth))
            against = dict(
                nx.single_source_shortest_path_length(other.reverse(), node, cutoff=depth)
            )
            del along[node], against[node]
            assert graph.dependencies(node, depth) == along
            assert graph.dependents(node, depth) == against
            nearest = sorted(against.items(), key=lambda each: (each[1], each[0]))
            assert list(graph.dependents(node, depth).items()) == nearest
            assert list(graph.dependents(node, depth, 2).items()) == nearest[:2]


@settings(max_examples=60)
@given(EDGES, st.lists(st.tuples(st.integers(-3, 9), st.sets(st.integers(-3, 9)))))
def test_what_is_brought_up_to_date_is_what_is_built_anew(
    edges: Pairs, moves: list[tuple[int, set[int]]]
) -> None:
    """An empty set of targets stands for a node that is removed."""
    graph, other = built(edges), peer(edges)
    for source, targets in moves:
        if targets:
            graph.replace(source, targets)
            other.add_nodes_from([source, *targets])
            other.remove_edges_from(list(other.out_edges(source)))
            other.add_edges_from((source, target) for target in targets if target != source)
        else:
            graph.remove(source)
            other.remove_nodes_from([source])
    assert (graph.nodes, len(graph)) == (sorted(other), len(other))
    assert graph.edges == other.number_of_edges()
    for node in other:
        assert graph.targets_of(node) == sorted(other.successors(node))
        assert graph.sources_of(node) == sorted(other.predecessors(node))
        assert graph.dependents(node).keys() == nx.ancestors(other, node)


def test_an_edge_that_comes_twice_is_one_and_one_to_itself_is_none() -> None:
    graph = Graph.build([1, 1, 2], [2, 2, 2], [7])
    assert (graph.nodes, graph.edges) == ([1, 2, 7], 1)
    assert graph.targets_of(2) == []


def test_ids_far_apart_are_nodes_as_others_are() -> None:
    graph = Graph.build([2**60, -(2**60)], [5, 5])
    assert graph.sources_of(5) == [-(2**60), 2**60]


def test_a_graph_of_nothing_has_nothing() -> None:
    assert (Graph.build([], []).nodes, Graph.build([], []).edges) == ([], 0)


def test_of_a_node_nobody_knows_nothing_is_said() -> None:
    graph = Graph.build([1], [2])
    assert 2 in graph
    assert 3 not in graph
    with pytest.raises(KeyError):
        graph.dependents(3)
    graph.remove(3)
    assert graph.nodes == [1, 2]
