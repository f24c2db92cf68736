"""What a change reaches, how badly, and on which way."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from opsroom.judge.graph.graph import Graph
from opsroom.judge.graph.phased import CARRYING, ENDING, Phased
from opsroom.judge.graph.waves import Wave, order
from opsroom.model.link import Phase


class Exposure(NamedTuple):
    """How a change reaches a node: the gravest phase of all ways to it.

    A way is as grave as its least grave edge: who runs what is built with X is exposed as by a
    build. `distance` is that of the shortest way of this phase, `via` the next node on it (the
    lowest of several); a start has 0 and None.
    """

    phase: Phase
    distance: int
    via: int | None


Reached = dict[int, Exposure]


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change reaches, the gravest first, then the nearest, then by id; starts as well."""

    reached: Reached
    _carried: Reached
    """Ways that pass on, at run time or by a build: they go on where `reached` names a via."""

    def way(self, node: int) -> list[int]:
        """A shortest way of a node's exposure, from it to a start. Raises KeyError for what is not
        reached."""
        way = [node]
        exposure = self.reached[node]
        onward = self.reached if exposure.phase is Phase.RUNTIME else self._carried
        while exposure.via is not None:
            way.append(exposure.via)
            exposure = onward[exposure.via]
        return way


def impact(phased: Phased, starts: Mapping[int, Phase], depth: int | None = None) -> Impact:
    """Follow a change from where it begins, at most so many edges far.

    A repository that changes begins in RUNTIME; what uses a package that lies outside begins each
    in the phase in which it does. Raises KeyError for a start that is no node.
    """
    for node in starts:
        if node not in phased.carrying:
            raise KeyError(node)
    running = [node for node, phase in starts.items() if phase is Phase.RUNTIME]
    carried = [node for node, phase in starts.items() if phase in CARRYING]
    reached = _spread(phased.at[Phase.RUNTIME], running, Phase.RUNTIME, depth)
    along = _spread(phased.carrying, carried, Phase.BUILD, depth)
    for node, exposure in along.items():
        reached.setdefault(node, exposure)
    for phase in ENDING:
        ended = {
            node: Exposure(phase, 0, None)
            for node, start in sorted(starts.items())
            if start is phase and node not in reached
        }
        for node, (_, distance, _) in along.items():
            if depth is None or distance < depth:
                for source in phased.sources_of(node, phase):
                    if source not in reached:
                        ended.setdefault(source, Exposure(phase, distance + 1, node))
        reached.update(sorted(ended.items(), key=lambda each: (each[1].distance, each[0])))
    return Impact(reached, along)


def waves_of(phased: Phased, starts: Mapping[int, Phase]) -> list[Wave]:
    """Order a change and what it reaches. Who is reached in CI or for development alone comes after
    what it needs; where something passes the change on, its own CI keeps it waiting for nothing:
    such edges would make circles of almost everything."""
    reached = impact(phased, starts).reached
    passing = {node for node, exposure in reached.items() if exposure.phase in CARRYING}
    pairs = [
        (source, node)
        for node in passing
        for phase in (Phase.BUILD, *ENDING)
        for source in phased.sources_of(node, phase)
        if source in reached and (phase in CARRYING or source not in passing)
    ]
    sources, targets = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return order(Graph.build(sources, targets, reached))


def _spread(graph: Graph, starts: Iterable[int], phase: Phase, depth: int | None) -> Reached:
    """Walk against the edges in layers; the lowest id of a layer finds first."""
    layer = sorted(starts)
    reached: Reached = {node: Exposure(phase, 0, None) for node in layer}
    distance = 0
    while layer and (depth is None or distance < depth):
        distance += 1
        found: dict[int, int] = {}
        for node in layer:
            if node in graph:
                for source in graph.sources_of(node):
                    if source not in reached:
                        found.setdefault(source, node)
        layer = sorted(found)
        reached.update((node, Exposure(phase, distance, found[node])) for node in layer)
    return reached
