"""Edges with the phase in which they are needed, held so that a change can be followed along them.

Whoever needs something at run time or to build passes a change of it on; who needs it only in CI or
for development is reached and passes nothing on: what they give to others is made without it.
"""

from collections.abc import Iterable, Mapping, Sequence

from opsroom.judge.graph.graph import Graph
from opsroom.model.link import Phase

CARRYING = (Phase.RUNTIME, Phase.BUILD)
"""The phases that pass a change on."""
ENDING = (Phase.CI, Phase.DEVELOPMENT)
"""Those that end it, the graver first."""


class Phased:
    """Who needs whom, and when.

    `at` has a graph for each phase: at run time, to build *or* at run time, in CI, for development.
    That of BUILD, `carrying`, has every node.
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
        columns: dict[Phase, tuple[list[int], list[int]]] = {phase: ([], []) for phase in Phase}
        for source, target, phase in zip(sources, targets, phases, strict=True):
            out_of, into = columns[phase]
            out_of.append(source)
            into.append(target)
        for column, more in zip(columns[Phase.BUILD], columns[Phase.RUNTIME], strict=True):
            column += more
        every = {*sources, *targets, *nodes}
        return cls(
            {
                phase: Graph.build(*pair, every if phase is Phase.BUILD else ())
                for phase, pair in columns.items()
            }
        )

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
        for phase, graph in self.at.items():
            if targets[phase] or source in graph or graph is self.carrying:
                graph.replace(source, targets[phase])
            if graph is not self.carrying:
                self.carrying.add(targets[phase])

    def remove(self, node: int) -> None:
        """Take a node away with all its edges, if it is there."""
        for graph in self.at.values():
            graph.remove(node)

    def sources_of(self, node: int, phase: Phase) -> list[int]:
        """Who needs a node in a phase (BUILD: or at run time), by id."""
        graph = self.at[phase]
        return graph.sources_of(node) if node in graph else []
