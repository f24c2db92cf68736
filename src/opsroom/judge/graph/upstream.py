"""Ways on which a change reaches a symptom, walked from the symptom and from the change.

What hurts in CI is carried by everything that a repository needs; what hurts at run time by what
it runs with alone. Further up only what is needed to run or to build goes on, and of a reusable
workflow or an action what its own file asks for.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from opsroom.judge.graph.symptoms import Change
from opsroom.model.link import Edge, Phase

DEPTH = 4
"""Steps between a symptom and a change, at most."""
REACH = 400
"""Nodes that are visited above one symptom, nearest first."""
SPREAD = 600
"""Nodes that are visited below one change, nearest first."""

WORKFLOWS = ".github/workflows/"

FIRST: dict[Phase, frozenset[Phase]] = {
    Phase.CI: frozenset(Phase),
    Phase.BUILD: frozenset({Phase.RUNTIME, Phase.BUILD}),
    Phase.DEVELOPMENT: frozenset(Phase) - {Phase.CI},
    Phase.RUNTIME: frozenset({Phase.RUNTIME}),
}
"""The phases of edges that carry what hurts in a phase."""
FURTHER: dict[Phase, frozenset[Phase]] = {
    phase: phases & {Phase.RUNTIME, Phase.BUILD} for phase, phases in FIRST.items()
}
"""The same from the second edge on."""

Way = tuple[Edge, ...]
"""Edges from a symptom's repository to a target."""


class Reached(NamedTuple):
    """The shortest ways to each target, one for each part and version; `cut`: there is more."""

    ways: dict[int, list[Way]]
    cut: bool


class Upstream:
    """Walks up from symptoms; what is above a node is sorted out once for all of them."""

    def __init__(self, needs: Callable[[int], Sequence[Edge]], targets: frozenset[int]) -> None:
        self._needs = needs
        self._targets = targets
        self._sorted: dict[tuple[int, Phase | None], list[Edge]] = {}

    def reach(self, repository: int, phase: Phase, path: str = "") -> Reached:
        """Return the ways from a repository to those targets that are above it.

        With the `path` of a workflow, what other workflows of the repository call is left out.
        """
        ways: dict[int, list[Way]] = {}
        visited = {(repository, "")}
        level: list[tuple[int, str, Way]] = [(repository, "", ())]
        for depth in range(1, DEPTH + 1):
            ahead: list[tuple[int, str, Way]] = []
            for node, file, way in level:
                for edge in self._carrying(node, phase, file, depth):
                    target = edge.target
                    if target == repository or (depth == 1 and _of_another(edge, path)):
                        continue
                    longer = (*way, edge)
                    if target in self._targets:
                        known = ways.setdefault(target, [])
                        if not known or len(known[0]) == depth:
                            known.append(longer)
                    place = (target, workflow_file(edge))
                    if target > 0 and place not in visited:
                        if len(visited) >= REACH:
                            return Reached(ways, True)
                        visited.add(place)
                        ahead.append((*place, longer))
            level = ahead
        return Reached(ways, False)

    def _carrying(self, node: int, phase: Phase, file: str, depth: int) -> list[Edge]:
        if depth == 1:
            return [edge for edge in self._edges(node) if edge.phase in FIRST[phase]]
        edges = self._further(node, phase)
        if not file:
            return edges
        return [edge for edge in self._edges(node) if of_file(edge, file)] + edges

    def _edges(self, node: int) -> list[Edge]:
        """Return the edges from a node, one for each target, phase, part and version."""
        known = self._sorted.get((node, None))
        if known is None:
            distinct: dict[tuple[int, Phase, str, str, str], Edge] = {}
            for edge in sorted(self._needs(node), key=_order):
                file = edge.path if edge.kind in ("workflow", "action") else ""
                distinct.setdefault((edge.target, edge.phase, edge.part, edge.version, file), edge)
            known = self._sorted[node, None] = list(distinct.values())
        return known

    def _further(self, node: int, phase: Phase) -> list[Edge]:
        known = self._sorted.get((node, phase))
        if known is None:
            known = [edge for edge in self._edges(node) if edge.phase in FURTHER[phase]]
            self._sorted[node, phase] = known
        return known


RANK = {phase: rank for rank, phase in enumerate(Phase)}


def _order(edge: Edge) -> tuple[int, bool, int, str, str, str, str, int, str]:
    return (edge.target, not edge.direct, RANK[edge.phase], edge.kind, edge.part,
            edge.version, edge.path, edge.line, edge.name)  # fmt: skip


def workflow_file(edge: Edge) -> str:
    """Return the file or folder of the target that an edge runs; empty where it runs no part."""
    return edge.part if edge.kind in ("workflow", "action") else ""


def _of_another(edge: Edge, path: str) -> bool:
    """Whether a link stands in a workflow, and in another one than this."""
    return (
        bool(path)
        and edge.kind in ("workflow", "action")
        and edge.path != path
        and (edge.path.startswith(WORKFLOWS))
    )


def of_file(edge: Edge, file: str) -> bool:
    """Whether a link stands in a file, or below that folder."""
    return edge.path == file or edge.path.startswith(f"{file}/")


def below(
    change: Change,
    users: Callable[[int], Sequence[Edge]],
    exposed: Callable[[Edge], bool],
    phase: Phase,
    depth: int,
) -> Iterator[tuple[int, int]]:
    """Yield who a change reaches, nearest first, with the number of steps, within `SPREAD`."""
    visited = {change.target}
    level: list[tuple[int, Edge | None]] = [(change.target, None)]
    for step in range(1, depth + 1):
        ahead: dict[int, Edge] = {}
        for node, taken in level:
            for edge in users(node):
                source = edge.source
                if source in visited:
                    continue
                if exposed(edge) if taken is None else _passes(edge, taken, phase):
                    known = ahead.get(source)
                    if known is None or _order(edge) < _order(known):
                        ahead[source] = edge
        for source in sorted(ahead):
            visited.add(source)
            yield source, step
            if len(visited) > SPREAD:
                return
        level = [(source, ahead[source]) for source in sorted(ahead)]


def _passes(edge: Edge, taken: Edge, phase: Phase) -> bool:
    """Whether what came into a repository by `taken` goes on to who needs it by `edge`."""
    if edge.phase not in FIRST[phase]:
        return False
    part = workflow_file(edge)
    return taken.phase in FURTHER[phase] or bool(part and of_file(taken, part))
