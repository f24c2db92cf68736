"""Cycles: nodes that need each other, and the shortest way round as an example.

The shortest cycle through a node is found in layers; then the node is taken out, and with it every
node that no longer lies on a cycle: what is left is another component, or several. No walk goes
further than the shortest cycle known.
"""

from dataclasses import dataclass

import rustworkx as rx

from opsroom.judge.graph.graph import Graph

EFFORT = 2_000_000
"""Edges that are looked at for the examples of all cycles together, some tenths of a second."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """Nodes each of which needs all the others, over some way; by id.

    `example` is a cycle among them that begins with its lowest id, which the last needs again.
    `shortest` is False where the search for a shorter one was ended: the component is too large.
    """

    nodes: tuple[int, ...]
    example: tuple[int, ...]
    shortest: bool = True


def cycles(graph: Graph, effort: int = EFFORT) -> list[Cycle]:
    """Return the strongly connected components of more than one node; the largest first."""
    left = effort
    found: list[Cycle] = []
    parts = [graph.named(part) for part in _components(graph)]
    for nodes in sorted(parts, key=lambda nodes: (len(nodes), nodes)):
        inside = frozenset(nodes)
        needs = {
            node: [each for each in graph.targets_of(node) if each in inside] for node in nodes
        }
        search = _Search(needs, left)
        found.append(Cycle(tuple(nodes), *search.shortest()))
        left = search.left
    return sorted(found, key=lambda cycle: (-len(cycle.nodes), cycle.nodes))


def _components(graph: Graph) -> list[list[int]]:
    return [part for part in rx.strongly_connected_components(graph.there) if len(part) > 1]


class _Search:
    """The shortest cycle of a component, with `left` edges to look at."""

    def __init__(self, needs: dict[int, list[int]], left: int) -> None:
        self.left = left
        self._needs = needs
        self._users: dict[int, list[int]] = {node: [] for node in needs}
        for node, targets in needs.items():
            for target in targets:
                self._users[target].append(node)
        self._outward = {node: len(targets) for node, targets in needs.items()}
        self._inward = {node: len(users) for node, users in self._users.items()}
        self._on = set(needs)

    def shortest(self) -> tuple[tuple[int, ...], bool]:
        """The cycle, and whether none is shorter; of several, one through the lowest id.

        A first one is found whatever it takes, that is at most every edge once.
        """
        for node, targets in self._needs.items():
            mutual = set(targets).intersection(self._users[node])
            if mutual:
                return (node, min(mutual)), True
        best: list[int] = []
        for node in self._needs:
            if best and self.left <= 0:
                break
            if node in self._on:
                best = self._round(node, len(best)) or best
                self._drop(node)
        start = best.index(min(best))
        return (*best[start:], *best[:start]), not self._on or self.left > 0

    def _round(self, start: int, below: int) -> list[int]:
        """A shortest cycle through a node, if it is shorter than that (0: of any length)."""
        came = {start: start}
        layer, length = [start], 0
        while layer and (not below or length + 1 < below):
            length += 1
            following: list[int] = []
            for node in layer:
                self.left -= len(self._needs[node])
                for target in self._needs[node]:
                    if target == start:
                        way = [node]
                        while way[-1] != start:
                            way.append(came[way[-1]])
                        return way[::-1]
                    if target in self._on and target not in came:
                        came[target] = node
                        following.append(target)
            layer = following
        return []

    def _drop(self, node: int) -> None:
        """Take out a node, and who is on no cycle without it as nothing is before or after."""
        gone = [node]
        self._on.discard(node)
        while gone:
            each = gone.pop()
            for nearby, degree in (
                (self._needs[each], self._inward),
                (self._users[each], self._outward),
            ):
                for other in nearby:
                    degree[other] -= 1
                    if not degree[other] and other in self._on:
                        self._on.discard(other)
                        gone.append(other)
