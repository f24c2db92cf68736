"""What a change reaches, beside all ways there are."""

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.judge.graph.made import PHASED, Phases, nx, peer, phased
from tests.judge.graph.wholes import waves_of

from opsroom.judge.graph.hotspots import Hotspot, hotspots
from opsroom.judge.graph.impact import Exposure, impact
from opsroom.judge.graph.phased import Phased
from opsroom.judge.graph.waves import Wave
from opsroom.model.link import Phase

RUNTIME, BUILD, CI, DEVELOPMENT = Phase
RANK = {phase: rank for rank, phase in enumerate(Phase)}


def ways(edges: Phases, starts: dict[int, Phase]) -> dict[int, tuple[int, int]]:
    """The rank and the length of the gravest, then shortest way to each node: found by walking on
    from each state until none is new."""
    found = {(node, RANK[phase]): 0 for node, phase in starts.items()}
    layer = list(found)
    while layer:
        following: list[tuple[int, int]] = []
        for (node, rank), (source, target, phase) in product(layer, edges):
            if target == node and source != target and rank < RANK[CI]:
                state = (source, max(rank, RANK[phase]))
                if state not in found:
                    found[state] = found[node, rank] + 1
                    following.append(state)
        layer = following
    best: dict[int, tuple[int, int]] = {}
    for (node, rank), length in found.items():
        best[node] = min(best.get(node, (9, 0)), (rank, length))
    return best


@given(PHASED, st.data())
def test_exposures_are_the_gravest_and_their_ways_the_shortest(
    edges: Phases, data: st.DataObject
) -> None:
    nodes = sorted({node for edge in edges for node in edge[:2]} | {0})
    starts = data.draw(
        st.dictionaries(st.sampled_from(nodes), st.sampled_from(Phase), min_size=1, max_size=3)
    )
    graph = phased(edges, nodes)
    found = impact(graph, starts)
    expected = ways(edges, starts)
    assert {
        node: (RANK[exposure.phase], exposure.distance) for node, exposure in found.reached.items()
    } == expected
    assert list(found.reached.items()) == sorted(
        found.reached.items(), key=lambda each: (RANK[each[1].phase], each[1].distance, each[0])
    )
    for node, exposure in found.reached.items():
        way = found.way(node)
        assert len(way) == exposure.distance + 1
        assert way[-1] in starts
        rank = RANK[starts[way[-1]]]
        for source, target in pairwise(way):
            of_edge = [RANK[phase] for *pair, phase in edges if pair == [source, target]]
            rank = max(rank, min(of_edge))
        assert rank == RANK[exposure.phase]
    assert impact(phased(edges[::-1], nodes), starts) == found
    assert impact(graph, starts, 0).reached.keys() == starts.keys()


@given(PHASED)
def test_hotspots_count_what_impact_reaches(edges: Phases) -> None:
    nodes = sorted({node for edge in edges for node in edge[:2]})
    graph = phased(edges, nodes)
    found = hotspots(graph)
    assert hotspots(graph, memory=1) == found
    assert hotspots(graph, 2) == found[:2]
    assert found == sorted(
        found, key=lambda each: (-each.reached, -sum(each.direct.values()), each.node)
    )
    by_node = {each.node: each for each in found}
    for node in nodes:
        reached = impact(graph, {node: RUNTIME}).reached
        del reached[node]
        if not reached:
            assert node not in by_node
            continue
        phases = [exposure.phase for exposure in reached.values()]
        first = [exposure.phase for exposure in reached.values() if exposure.distance == 1]
        hotspot = by_node[node]
        assert hotspot.transitive == {phase: phases.count(phase) for phase in phases}
        assert hotspot.share == len(reached) / (len(nodes) - 1)
        assert sum(hotspot.direct.values()) >= len(first)


def test_a_hotspot_tells_who_needs_it_and_when() -> None:
    edges = [(1, 9, RUNTIME), (1, 9, CI), (2, 9, CI), (3, 1, BUILD), (4, 2, RUNTIME), (5, 3, CI)]
    assert hotspots(phased(edges, range(11)))[0] == Hotspot(
        9, {RUNTIME: 1, CI: 1}, {RUNTIME: 1, BUILD: 1, CI: 2}, 0.4
    )


def test_what_is_needed_in_ci_alone_is_reached_and_passes_nothing_on() -> None:
    edges = [(1, 9, RUNTIME), (2, 1, CI), (3, 2, RUNTIME), (4, 1, BUILD), (5, 4, RUNTIME)]
    found = impact(phased(edges), {9: RUNTIME})
    assert found.reached == {
        9: Exposure(RUNTIME, 0, None),
        1: Exposure(RUNTIME, 1, 9),
        4: Exposure(BUILD, 2, 1),
        5: Exposure(BUILD, 3, 4),
        2: Exposure(CI, 2, 1),
    }
    assert found.way(5) == [5, 4, 1, 9]
    assert waves_of(phased(edges), {9: RUNTIME}) == [
        Wave([9], []),
        Wave([1], []),
        Wave([2, 4], []),
        Wave([5], []),
    ]


def test_its_own_ci_keeps_nobody_waiting_who_passes_a_change_on() -> None:
    """The application runs the library; the library's CI runs the application."""
    edges = [(1, 9, RUNTIME), (9, 1, CI), (3, 1, CI), (3, 9, DEVELOPMENT)]
    assert waves_of(phased(edges), {9: RUNTIME}) == [Wave([9], []), Wave([1], []), Wave([3], [])]


@given(PHASED)
def test_waves_of_a_change_keep_what_carries_it_in_order(edges: Phases) -> None:
    nodes = sorted({node for edge in edges for node in edge[:2]} | {0})
    graph = phased(edges, nodes)
    found = waves_of(graph, {nodes[0]: RUNTIME})
    reached = impact(graph, {nodes[0]: RUNTIME}).reached
    at = {node: number for number, wave in enumerate(found) for node in wave.nodes}
    together = {frozenset(group) for wave in found for group in wave.together}
    assert at.keys() == reached.keys()
    carrying = [(source, target) for source, target, phase in edges if phase in (RUNTIME, BUILD)]
    passing = {node for node, each in reached.items() if each.phase in (RUNTIME, BUILD)}
    circles = nx.strongly_connected_components(peer(carrying).subgraph(passing))
    assert together == {frozenset(part) for part in circles if len(part) > 1}
    for source, target in carrying:
        if {source, target} <= passing:
            assert (
                at[source] > at[target]
                or source == target
                or any({source, target} <= group for group in together)
            )


@given(PHASED, st.lists(st.tuples(st.integers(0, 5), PHASED), max_size=4))
def test_what_is_brought_up_to_date_is_what_is_built_anew(
    edges: Phases, moves: list[tuple[int, Phases]]
) -> None:
    nodes = set(range(7))
    graph = phased(edges, nodes)
    for moved, fresh in moves:
        if fresh:
            graph.replace(moved, [(target, phase) for _, target, phase in fresh])
            kept = [edge for edge in edges if edge[0] != moved]
            edges = kept + [(moved, target, phase) for _, target, phase in fresh]
        else:
            graph.remove(moved)
            edges = [edge for edge in edges if moved not in edge[:2]]
            nodes.discard(moved)
        nodes |= {node for edge in edges for node in edge[:2]}
    anew = phased(edges, nodes)
    assert graph.carrying.nodes == anew.carrying.nodes
    assert hotspots(graph) == hotspots(anew)


def test_a_start_that_is_no_node_is_refused() -> None:
    with pytest.raises(KeyError):
        impact(Phased(), {1: RUNTIME})
