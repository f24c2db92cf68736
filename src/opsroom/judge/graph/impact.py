"""What a change reaches, how badly, and on which way."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from opsroom.judge.graph.graph import Graph
from opsroom.judge.graph.phased import ENDING, Phased
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


class Walk(NamedTuple):
    """Nodes by their numbers."""

    layers: list[list[int]]
    """At each distance, in order of their ids; starts first."""
    came: dict[int, int]
    """The next node on the way to a start; a start's is itself."""


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change reaches, the gravest first, then the nearest, then by id; starts as well."""

    reached: Reached
    _carried: dict[int, int]
    """The next node on ways that pass on, at run time or by a build; a start's is itself. They go
    on where `reached` names a via."""

    def way(self, node: int) -> list[int]:
        """A shortest way of a node's exposure, from it to a start. Raises KeyError for what is not
        reached."""
        phase, _, via = self.reached[node]
        way = [node]
        while via is not None:
            way.append(via)
            if phase is Phase.RUNTIME:
                via = self.reached[via].via
            else:
                onward = self._carried[via]
                via = None if onward == via else onward
        return way


def impact(phased: Phased, starts: Mapping[int, Phase], depth: int | None = None) -> Impact:
    """Follow a change from where it begins, at most so many edges far.

    A repository that changes begins in RUNTIME; what uses a package that lies outside begins each
    in the phase in which it does. Raises KeyError for a start that is no node.
    """
    graph = phased.carrying
    ids = graph.ids
    begins: dict[Phase, list[int]] = {phase: [] for phase in Phase}
    for node, phase in starts.items():
        begins[phase].append(graph.index[node])
    run = _walked(phased.at[Phase.RUNTIME], begins[Phase.RUNTIME], depth)
    carried = _walked(graph, begins[Phase.RUNTIME] + begins[Phase.BUILD], depth)
    reached: Reached = {}
    _expose(reached, ids, Phase.RUNTIME, run)
    _expose(reached, ids, Phase.BUILD, carried)
    seen = set(carried.came)
    for phase in ENDING:
        layers = [[number for number in begins[phase] if number not in seen]]
        came = {number: number for number in layers[0]}
        seen.update(came)
        users = phased.at[phase].back.successor_indices
        for layer in carried.layers[:depth]:
            following: list[int] = []
            for number in layer:
                for user in users(number):
                    if user not in seen:
                        seen.add(user)
                        came[user] = number
                        following.append(user)
            layers.append(following)
        _expose(
            reached, ids, phase, Walk([sorted(each, key=ids.__getitem__) for each in layers], came)
        )
    return Impact(reached, {ids[number]: ids[via] for number, via in carried.came.items()})


def _expose(reached: Reached, ids: list[int], phase: Phase, walk: Walk) -> None:
    """Let whoever is not exposed more gravely be exposed as by a walk."""
    for distance, layer in enumerate(walk.layers):
        for number in layer:
            node = ids[number]
            if node not in reached:
                via = ids[walk.came[number]] if distance else None
                reached[node] = Exposure(phase, distance, via)


def _walked(graph: Graph, starts: Iterable[int], depth: int | None) -> Walk:
    """Walk against the edges in layers; the lowest id of a layer finds first."""
    users, name = graph.back.successor_indices, graph.ids.__getitem__
    layer = sorted(starts, key=name)
    layers = [layer]
    came = {number: number for number in layer}
    while layer and len(layers) - 1 != depth:
        following: list[int] = []
        for number in layer:
            for user in users(number):
                if user not in came:
                    came[user] = number
                    following.append(user)
        layer = sorted(following, key=name)
        layers.append(layer)
    return Walk(layers, came)
