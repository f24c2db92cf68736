"""Edges with the phase in which they are needed, held so that a change can be followed along them.

Whoever needs something at run time or to build passes a change of it on; who needs it only in CI or
for development is reached and passes nothing on: what they give to others is made without it.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from opsroom.judge.graph.graph import Graph, distinct
from opsroom.model.link import Phase

CARRYING = (Phase.RUNTIME, Phase.BUILD)
"""The phases that pass a change on."""
ENDING = (Phase.CI, Phase.DEVELOPMENT)
"""Those that end it, the graver first."""
NUMBERS = {phase: number for number, phase in enumerate(Phase)}


class Phased:
    """Who needs whom, and when.

    `at` has a graph for each phase: at run time, to build *or* at run time, in CI, for development.
    Each has every node, under the same number.
    """

    __slots__ = ("at",)

    def __init__(self, at: Mapping[Phase, Graph] | None = None) -> None:
        """Take the four graphs, or make empty ones."""
        self.at = at or {phase: Graph() for phase in Phase}

    @classmethod
    def build(
        cls,
        sources: Sequence[int],
        targets: Sequence[int],
        phases: Sequence[Phase],
        nodes: Iterable[int] = (),
    ) -> "Phased":
        """Make it of three columns; the same pair may come in several phases."""
        begins, ends = np.asarray(sources, np.int64), np.asarray(targets, np.int64)
        which = np.fromiter(map(NUMBERS.__getitem__, phases), np.int8, len(phases))
        every = distinct(np.concatenate((begins, ends, np.fromiter(nodes, np.int64)))).tolist()
        at: dict[Phase, Graph] = {}
        for phase, number in NUMBERS.items():
            those = which == number
            if phase is Phase.BUILD:
                those |= which == NUMBERS[Phase.RUNTIME]
            at[phase] = Graph.build(begins[those], ends[those], every)
        return cls(at)

    @property
    def carrying(self) -> Graph:
        """The edges that pass a change on."""
        return self.at[Phase.BUILD]

    def replace(self, source: int, needs: Iterable[tuple[int, Phase]]) -> None:
        """Let a node need these targets, each in its phase, and nothing else."""
        targets: dict[Phase, set[int]] = {phase: set() for phase in Phase}
        for target, phase in needs:
            targets[phase].add(target)
        targets[Phase.BUILD] |= targets[Phase.RUNTIME]
        every = set[int]().union(*targets.values(), [source])
        for phase, graph in self.at.items():
            graph.add(every)
            graph.replace(source, targets[phase])

    def remove(self, node: int) -> None:
        """Take a node away with all its edges, if it is there."""
        for graph in self.at.values():
            graph.remove(node)

    def sources_of(self, node: int, phase: Phase) -> list[int]:
        """Who needs a node in a phase (BUILD: or at run time), by id."""
        return self.at[phase].sources_of(node)
