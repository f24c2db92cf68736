"""The order of a change, beside networkx."""

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st
from tests.judge.graph.made import EDGES, Pairs, built, nx, peer

from opsroom.judge.graph.graph import Graph
from opsroom.judge.graph.waves import Wave, order, waves


def expected(other: object) -> list[Wave]:
    """The waves by networkx; its edges lead from who needs."""
    condensed = nx.condensation(other).reverse()
    found: list[Wave] = []
    for generation in nx.topological_generations(condensed):
        groups = [sorted(condensed.nodes[part]["members"]) for part in generation]
        found.append(
            Wave(sorted(chain(*groups)), sorted(group for group in groups if len(group) > 1))
        )
    return found


@given(EDGES)
def test_the_order_of_all_is_that_of_networkx(edges: Pairs) -> None:
    assert order(built(edges)) == (expected(peer(edges)) if edges else [])


@given(EDGES, st.data())
def test_waves_are_of_the_starts_and_of_who_needs_them(edges: Pairs, data: st.DataObject) -> None:
    graph, other = built(edges), peer(edges)
    if not edges:
        assert waves(graph, []) == []
        return
    starts = data.draw(st.sets(st.sampled_from(sorted(other)), min_size=1, max_size=3))
    moved = starts.union(*(nx.ancestors(other, start) for start in starts))
    assert waves(graph, starts) == expected(other.subgraph(moved))


def test_an_order_without_a_node_that_was_removed() -> None:
    graph = Graph.build([1, 2, 3], [2, 3, 4])
    graph.remove(2)
    assert order(graph) == [Wave([1, 4], []), Wave([3], [])]


def test_a_chain_of_many_thousands_has_as_many_waves() -> None:
    size = 20_000
    graph = Graph.build(range(size), range(1, size + 1))
    assert [wave.nodes for wave in waves(graph, [size])] == [[each] for each in range(size, -1, -1)]
