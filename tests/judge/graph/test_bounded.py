"""A million edges, made to be bad: what is asked for a little doesn't look at everything."""

import time
from collections.abc import Callable

import pytest

from opsroom.judge.graph.cycles import cycles
from opsroom.judge.graph.graph import Graph
from opsroom.judge.graph.paths import paths

WIDE = 1000
"""Every node of one layer needs every node of the next: a thousand times a thousand edges."""


@pytest.fixture(scope="module")
def graph() -> Graph:
    layer = list(range(1, WIDE + 1))
    sources = [node for node in layer for _ in layer]
    targets = [WIDE + node for _ in layer for node in layer]
    made = Graph.build([*sources, *layer, WIDE * 3], [*targets, *[0] * WIDE, 1], [])
    assert made.edges == WIDE * WIDE + WIDE + 1
    assert made.there.num_edges() == made.back.num_edges()
    return made


def quickest(work: Callable[[], object]) -> float:
    """Seconds, at best of three."""
    taken: list[float] = []
    for _ in range(3):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def test_a_walk_that_is_limited_costs_what_it_looks_at(graph: Graph) -> None:
    everything = quickest(lambda: graph.dependencies(WIDE * 3))
    assert quickest(lambda: graph.dependencies(WIDE * 3, depth=1)) < everything / 10
    assert quickest(lambda: graph.dependencies(WIDE * 3, most=1)) < everything / 10


def test_ways_through_a_million_edges_are_listed_to_a_limit(graph: Graph) -> None:
    found = paths(graph, WIDE * 3, WIDE + 7, limit=3)
    assert (found.total, found.paths) == (1, [[WIDE * 3, 1, WIDE + 7]])


def test_cycles_of_a_component_that_is_too_large_end_in_time() -> None:
    """Rings that are joined: no cycle is shorter than the next, and each would be looked for."""
    size, step = 30_000, 173
    layer = range(size)
    graph = Graph.build(
        [*layer, *layer],
        [*((each + 1) % size for each in layer), *((each + step) % size for each in layer)],
    )
    begun = time.perf_counter()
    found = cycles(graph, effort=200_000)
    assert time.perf_counter() - begun < 10
    assert len(found) == 1
    assert len(found[0].nodes) == size
    assert not found[0].shortest
