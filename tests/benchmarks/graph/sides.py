"""The same questions, three times: ours, networkx, and rustworkx as one writes it straight."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol

import rustworkx as rx
from tests.benchmarks.graph.fleet import Fleet

from opsroom.judge.graph.cycles import cycles
from opsroom.judge.graph.ends import ends
from opsroom.judge.graph.graph import Graph
from opsroom.judge.graph.impact import impact
from opsroom.judge.graph.paths import path
from opsroom.judge.graph.phased import Phased
from opsroom.judge.graph.waves import order, waves
from opsroom.model.link import Phase

nx: Any = import_module("networkx")

Exposed = tuple[Phase, int, int | None]
Exposures = dict[int, Exposed]
Predecessors = Callable[[int], Iterable[int]]


class Side(Protocol):
    """What every side answers. `build` is timed, and so is each method after `phased`."""

    def build(self, fleet: Fleet) -> None: ...
    def build_both(self, fleet: Fleet) -> None: ...
    def phased(self, fleet: Fleet) -> None: ...
    def replace(self, source: int, targets: Sequence[int]) -> None: ...
    def sources(self, node: int) -> Iterable[int]: ...
    def targets(self, node: int) -> Iterable[int]: ...
    def dependents(self, node: int) -> Iterable[int]: ...
    def dependencies(self, node: int) -> Iterable[int]: ...
    def path(self, begin: int, end: int) -> Sequence[int] | None: ...
    def impact(self, node: int) -> Mapping[int, Exposed]: ...
    def waves(self, node: int) -> list[list[int]]: ...
    def order(self) -> list[list[int]]: ...
    def cycles(self) -> list[list[int]]: ...
    def ends(self) -> tuple[list[int], list[int], list[int]]: ...


class Ours:
    def build(self, fleet: Fleet) -> None:
        self.graph = Graph.build(fleet.sources, fleet.targets, fleet.nodes)

    def build_both(self, fleet: Fleet) -> None:
        self.build(fleet)
        assert self.graph.there.num_edges() == self.graph.back.num_edges()

    def phased(self, fleet: Fleet) -> None:
        self.at = Phased.build(fleet.sources, fleet.targets, fleet.phases, fleet.nodes)

    def replace(self, source: int, targets: Sequence[int]) -> None:
        self.graph.replace(source, targets)

    def sources(self, node: int) -> Iterable[int]:
        return self.graph.sources_of(node)

    def targets(self, node: int) -> Iterable[int]:
        return self.graph.targets_of(node)

    def dependents(self, node: int) -> Iterable[int]:
        return self.graph.dependents(node)

    def dependencies(self, node: int) -> Iterable[int]:
        return self.graph.dependencies(node)

    def path(self, begin: int, end: int) -> Sequence[int] | None:
        return path(self.graph, begin, end)

    def impact(self, node: int) -> Mapping[int, Exposed]:
        return impact(self.at, {node: Phase.RUNTIME}).reached

    def waves(self, node: int) -> list[list[int]]:
        return [wave.nodes for wave in waves(self.graph, [node])]

    def order(self) -> list[list[int]]:
        return [wave.nodes for wave in order(self.graph)]

    def cycles(self) -> list[list[int]]:
        return [list(cycle.nodes) for cycle in cycles(self.graph)]

    def ends(self) -> tuple[list[int], list[int], list[int]]:
        found = ends(self.graph)
        return found.orphans, found.roots, found.leaves


class Networkx:
    def build(self, fleet: Fleet) -> None:
        self.graph = self._made(fleet.sources, fleet.targets, fleet.nodes)

    def build_both(self, fleet: Fleet) -> None:
        self.build(fleet)

    def phased(self, fleet: Fleet) -> None:
        self.at = {phase: self._made(*pair, fleet.nodes) for phase, pair in columns(fleet).items()}

    @staticmethod
    def _made(sources: Sequence[int], targets: Sequence[int], nodes: Sequence[int]) -> Any:
        made = nx.DiGraph()
        made.add_nodes_from(nodes)
        made.add_edges_from(zip(sources, targets, strict=True))
        return made

    def replace(self, source: int, targets: Sequence[int]) -> None:
        self.graph.remove_edges_from(list(self.graph.out_edges(source)))
        self.graph.add_edges_from((source, target) for target in targets)

    def sources(self, node: int) -> Iterable[int]:
        return list(self.graph.predecessors(node))

    def targets(self, node: int) -> Iterable[int]:
        return list(self.graph.successors(node))

    def dependents(self, node: int) -> Iterable[int]:
        found: set[int] = nx.ancestors(self.graph, node)
        return found

    def dependencies(self, node: int) -> Iterable[int]:
        found: set[int] = nx.descendants(self.graph, node)
        return found

    def path(self, begin: int, end: int) -> Sequence[int] | None:
        try:
            found: list[int] = nx.shortest_path(self.graph, begin, end)
        except nx.NetworkXNoPath:
            return None
        return found

    def impact(self, node: int) -> Mapping[int, Exposed]:
        return exposures({phase: graph.predecessors for phase, graph in self.at.items()}, node)

    def waves(self, node: int) -> list[list[int]]:
        return self._waves(self.graph.subgraph({node} | nx.ancestors(self.graph, node)))

    def order(self) -> list[list[int]]:
        return self._waves(self.graph)

    @staticmethod
    def _waves(graph: Any) -> list[list[int]]:
        parts = nx.condensation(graph).reverse(copy=False)
        return [
            sorted(node for part in wave for node in parts.nodes[part]["members"])
            for wave in nx.topological_generations(parts)
        ]

    def cycles(self) -> list[list[int]]:
        found = [part for part in nx.strongly_connected_components(self.graph) if len(part) > 1]
        for part in found:
            nx.find_cycle(self.graph.subgraph(part))
        return sorted((sorted(part) for part in found), key=lambda part: (-len(part), part))

    def ends(self) -> tuple[list[int], list[int], list[int]]:
        into, out_of = dict(self.graph.in_degree()), dict(self.graph.out_degree())
        return by_degree(into, out_of)


class Straight:
    def build(self, fleet: Fleet) -> None:
        self.ids = fleet.nodes
        self.index = {node: number for number, node in enumerate(self.ids)}
        self.graph = self._made(fleet.sources, fleet.targets)

    def build_both(self, fleet: Fleet) -> None:
        self.build(fleet)

    def phased(self, fleet: Fleet) -> None:
        self.at = {phase: self._made(*pair) for phase, pair in columns(fleet).items()}

    def _made(self, sources: Sequence[int], targets: Sequence[int]) -> Any:
        made: Any = rx.PyDiGraph(multigraph=True)
        made.add_nodes_from(self.ids)
        index = self.index
        pairs = dict.fromkeys(zip(sources, targets, strict=True))
        made.add_edges_from_no_data([(index[source], index[target]) for source, target in pairs])
        return made

    def replace(self, source: int, targets: Sequence[int]) -> None:
        begin = self.index[source]
        self.graph.remove_edges_from([(begin, end) for end in self.graph.successor_indices(begin)])
        self.graph.add_edges_from_no_data([(begin, self.index[target]) for target in targets])

    def sources(self, node: int) -> Iterable[int]:
        found: list[int] = self.graph.predecessors(self.index[node])
        return found

    def targets(self, node: int) -> Iterable[int]:
        found: list[int] = self.graph.successors(self.index[node])
        return found

    def dependents(self, node: int) -> Iterable[int]:
        return {self.ids[each] for each in rx.ancestors(self.graph, self.index[node])}

    def dependencies(self, node: int) -> Iterable[int]:
        return {self.ids[each] for each in rx.descendants(self.graph, self.index[node])}

    def path(self, begin: int, end: int) -> Sequence[int] | None:
        last = self.index[end]
        found = rx.digraph_dijkstra_shortest_paths(self.graph, self.index[begin], target=last)
        return [self.ids[each] for each in found[last]] if last in found else None

    def impact(self, node: int) -> Mapping[int, Exposed]:
        found = exposures(
            {phase: graph.predecessor_indices for phase, graph in self.at.items()},
            self.index[node],
        )
        return {
            self.ids[each]: (phase, distance, None if via is None else self.ids[via])
            for each, (phase, distance, via) in found.items()
        }

    def waves(self, node: int) -> list[list[int]]:
        number = self.index[node]
        return self._waves(self.graph.subgraph([number, *rx.ancestors(self.graph, number)]))

    def order(self) -> list[list[int]]:
        return self._waves(self.graph)

    @staticmethod
    def _waves(graph: Any) -> list[list[int]]:
        """Without `condensation` and `reverse`: they take minutes where a node has many edges."""
        parts = rx.strongly_connected_components(graph)
        part_of = {number: which for which, part in enumerate(parts) for number in part}
        turned: Any = rx.PyDiGraph(multigraph=True)
        turned.add_nodes_from(range(len(parts)))
        edges = {(part_of[end], part_of[begin]) for begin, end in graph.edge_list()}
        turned.add_edges_from_no_data([edge for edge in edges if edge[0] != edge[1]])
        return [
            sorted(graph[number] for part in wave for number in parts[part])
            for wave in rx.topological_generations(turned)
        ]

    def cycles(self) -> list[list[int]]:
        found = [part for part in rx.strongly_connected_components(self.graph) if len(part) > 1]
        for part in found:
            rx.digraph_find_cycle(self.graph.subgraph(part))
        named = (sorted(self.ids[each] for each in part) for part in found)
        return sorted(named, key=lambda part: (-len(part), part))

    def ends(self) -> tuple[list[int], list[int], list[int]]:
        into = {node: self.graph.in_degree(each) for node, each in self.index.items()}
        out_of = {node: self.graph.out_degree(each) for node, each in self.index.items()}
        return by_degree(into, out_of)


def columns(fleet: Fleet) -> dict[Phase, tuple[list[int], list[int]]]:
    """The edges of each phase; those of BUILD with those of RUNTIME."""
    rows = list(zip(fleet.sources, fleet.targets, fleet.phases, strict=True))
    taken = {phase: {phase} for phase in Phase}
    taken[Phase.BUILD].add(Phase.RUNTIME)
    return {
        phase: (
            [source for source, _, each in rows if each in those],
            [target for _, target, each in rows if each in those],
        )
        for phase, those in taken.items()
    }


def exposures(users: dict[Phase, Predecessors], start: int) -> Exposures:
    """What ours answers, as one writes it over whatever gives predecessors."""
    found: Exposures = {}
    carried: dict[int, int] = {}
    for phase in (Phase.RUNTIME, Phase.BUILD):
        carried, layer, distance = {start: 0}, [start], 0
        found.setdefault(start, (phase, 0, None))
        while layer:
            distance += 1
            following: list[int] = []
            for node in layer:
                for user in users[phase](node):
                    if user not in carried:
                        carried[user] = distance
                        following.append(user)
                        found.setdefault(user, (phase, distance, node))
            layer = following
    for phase in (Phase.CI, Phase.DEVELOPMENT):
        for node, distance in carried.items():
            for user in users[phase](node):
                found.setdefault(user, (phase, distance + 1, node))
    return found


def by_degree(
    into: dict[int, int], out_of: dict[int, int]
) -> tuple[list[int], list[int], list[int]]:
    """Orphans, roots, leaves."""
    return (
        sorted(node for node in into if not into[node] and not out_of[node]),
        sorted(node for node in into if not into[node] and out_of[node]),
        sorted(node for node in into if into[node] and not out_of[node]),
    )
