"""Importance that can be explained: how many would be reached by a change of each node, and when.

The dependents of all nodes are found in one pass: a set of nodes is an int with a bit for each, and
the set of a component is that of those that need it, and they themselves. Where the ints would take
too much memory together, the pass is made for some bits after others.
"""

from dataclasses import dataclass

import rustworkx as rx

from opsroom.judge.graph.graph import Graph
from opsroom.judge.graph.phased import ENDING, Phased
from opsroom.model.link import Phase

MEMORY = 128 * 2**20
"""Bytes for the sets of one pass."""

Bits = dict[int, int]
Users = dict[int, list[int]]
Counts = dict[Phase, int]


@dataclass(frozen=True, slots=True)
class Hotspot:
    """Who needs a node directly, and whom a change of it reaches; each in their gravest phase, as
    `opsroom.judge.graph.impact` has it. A phase in which nobody does is left out."""

    node: int
    direct: Counts
    transitive: Counts
    share: float
    """Which part of all other nodes a change of it reaches, 0 to 1."""

    @property
    def reached(self) -> int:
        """How many nodes a change of it reaches."""
        return sum(self.transitive.values())


def hotspots(phased: Phased, limit: int | None = None, memory: int = MEMORY) -> list[Hotspot]:
    """Return whoever is needed, those whose change reaches most first, then by who needs them
    directly, then by id; at most so many."""
    needed = [
        node
        for node, number in phased.carrying.index.items()
        if any(graph.back.out_degree(number) for graph in phased.at.values())
    ]
    transitive = _reached(phased, needed, memory)
    others = max(1, len(phased.carrying) - 1)
    found = [
        Hotspot(
            node,
            _direct(phased, node),
            {phase: count for phase, count in transitive[node].items() if count},
            sum(transitive[node].values()) / others,
        )
        for node in needed
    ]
    found.sort(key=lambda each: (-each.reached, -sum(each.direct.values()), each.node))
    return found[:limit]


def _direct(phased: Phased, node: int) -> Counts:
    counts: Counts = {}
    seen: set[int] = set()
    for phase in Phase:
        sources = set(phased.sources_of(node, phase)) - seen
        seen |= sources
        if sources:
            counts[phase] = len(sources)
    return counts


def _reached(phased: Phased, needed: list[int], memory: int) -> dict[int, Counts]:
    """How many a change of each node reaches, by phase. Inside, nodes are numbers."""
    graphs, index = phased.at, phased.carrying.index
    running, carrying = _Flow(graphs[Phase.RUNTIME]), _Flow(phased.carrying)
    ending = {phase: _users(graphs[phase]) for phase in ENDING}
    needing = [
        number
        for _, number in sorted(index.items())
        if any(graph.there.out_degree(number) for graph in graphs.values())
    ]
    size = max(64, memory * 8 // max(1, len(index)))
    counts: dict[int, Counts] = {node: dict.fromkeys(Phase, 0) for node in needed}
    for begin in range(0, len(needing), size):
        own = {number: 1 << bit for bit, number in enumerate(needing[begin : begin + size])}
        flows = [
            (Phase.RUNTIME, running.dependents(own)),
            (Phase.BUILD, carrying.dependents(own)),
            *((phase, carrying.gathered(_joined(ending[phase], own))) for phase in ENDING),
        ]
        for node, by_phase in counts.items():
            number = index[node]
            seen = own.get(number, 0)
            for phase, bits in flows:
                new = bits.get(number, 0) & ~seen
                if new:
                    by_phase[phase] += new.bit_count()
                    seen |= new
    return counts


def _users(graph: Graph) -> Users:
    """Who needs each node directly, of those that anybody needs."""
    successors = graph.back.successor_indices
    return {number: list(successors(number)) for number in graph.back.node_indices()}


def _joined(users: Users, own: Bits) -> Bits:
    """The bits of the users of each node."""
    found: Bits = {}
    for number, those in users.items():
        bits = 0
        for user in those:
            if user in own:
                bits |= own[user]
        if bits:
            found[number] = bits
    return found


class _Flow:
    """A graph as components, those first that nobody needs, to let bits run along the edges."""

    def __init__(self, graph: Graph) -> None:
        self._parts = rx.strongly_connected_components(graph.back)
        which = {number: at for at, part in enumerate(self._parts) for number in part}
        successors = graph.back.successor_indices
        self._users = [
            {which[user] for number in part for user in successors(number)} - {at}
            for at, part in enumerate(self._parts)
        ]

    def dependents(self, own: Bits) -> Bits:
        """For each node the bits of who needs it over any way; its own if it is on a cycle."""
        found: Bits = {}
        full: Bits = {}
        for at, (part, users) in enumerate(zip(self._parts, self._users, strict=True)):
            bits = _all(full, users)
            whole = bits
            for number in part:
                whole |= own.get(number, 0)
            if whole:
                full[at] = whole
                found.update(dict.fromkeys(part, bits if len(part) == 1 else whole))
        return found

    def gathered(self, given: Bits) -> Bits:
        """For each node the bits given to it and to who needs it over any way."""
        found: Bits = {}
        full: Bits = {}
        for at, (part, users) in enumerate(zip(self._parts, self._users, strict=True)):
            bits = _all(full, users)
            for number in part:
                bits |= given.get(number, 0)
            if bits:
                full[at] = bits
                found.update(dict.fromkeys(part, bits))
        return found


def _all(full: Bits, users: set[int]) -> int:
    bits = 0
    for user in users:
        if user in full:
            bits |= full[user]
    return bits
