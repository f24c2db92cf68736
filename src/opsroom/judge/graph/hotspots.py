"""Importance that can be explained: how many would be reached by a change of each node, and when.

The dependents of all nodes are found in one pass: a set of nodes is an int with a bit for each, and
the set of a component is that of those that need it, and they themselves. Where the ints would take
too much memory together, the pass is made for some bits after others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import rustworkx as rx

from opsroom.judge.graph.graph import Graph
from opsroom.judge.graph.phased import ENDING, Phased
from opsroom.model.link import Phase

MEMORY = 128 * 2**20
"""Bytes for the sets of one pass."""

Bits = dict[int, int]
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
    needed = [node for node in phased.carrying.nodes if _needed(phased, node)]
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


def _needed(phased: Phased, node: int) -> bool:
    return any(
        node in graph and graph.back.out_degree(graph.index[node]) for graph in phased.at.values()
    )


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
    """How many a change of each node reaches, by phase."""
    running, carrying = _Flow(phased.at[Phase.RUNTIME]), _Flow(phased.carrying)
    needing = sorted({node for graph in phased.at.values() for node in _needing(graph)})
    size = max(64, memory * 8 // max(1, len(phased.carrying)))
    counts: dict[int, Counts] = {node: dict.fromkeys(Phase, 0) for node in needed}
    for begin, end in pairwise([*range(0, len(needing), size), len(needing)]):
        own = {node: 1 << bit for bit, node in enumerate(needing[begin:end])}
        by_run, by_carry = running.dependents(own), carrying.dependents(own)
        ended = {phase: carrying.gathered(_direct_bits(phased.at[phase], own)) for phase in ENDING}
        for node in needed:
            seen = own.get(node, 0)
            for phase, bits in (
                (Phase.RUNTIME, by_run),
                (Phase.BUILD, by_carry),
                *ended.items(),
            ):
                new = bits.get(node, 0) & ~seen
                counts[node][phase] += new.bit_count()
                seen |= new
    return counts


def _needing(graph: Graph) -> list[int]:
    return [node for node, number in graph.index.items() if graph.there.out_degree(number)]


def _direct_bits(graph: Graph, own: Mapping[int, int]) -> Bits:
    """The bits of who needs each node of a graph directly."""
    found: Bits = {}
    for node in graph.index:
        bits = 0
        for source in graph.sources_of(node):
            bits |= own.get(source, 0)
        if bits:
            found[node] = bits
    return found


class _Flow:
    """A graph as components, those first that nobody needs, to let bits run along the edges."""

    def __init__(self, graph: Graph) -> None:
        parts = rx.strongly_connected_components(graph.back)
        which = {number: at for at, part in enumerate(parts) for number in part}
        successors = graph.back.successor_indices
        self._parts = [[graph.ids[number] for number in part] for part in parts]
        self._users = [
            {which[user] for number in part for user in successors(number)} - {at}
            for at, part in enumerate(parts)
        ]

    def dependents(self, own: Mapping[int, int]) -> Bits:
        """For each node the bits of who needs it over any way; its own if it is on a cycle."""
        found: Bits = {}
        full: list[int] = []
        for part, users in zip(self._parts, self._users, strict=True):
            bits = 0
            for user in users:
                bits |= full[user]
            if len(part) > 1:
                for node in part:
                    bits |= own.get(node, 0)
                full.append(bits)
            else:
                full.append(bits | own.get(part[0], 0))
            if bits:
                found.update(dict.fromkeys(part, bits))
        return found

    def gathered(self, given: Mapping[int, int]) -> Bits:
        """For each node the bits given to it and to who needs it over any way."""
        found: Bits = {}
        full: list[int] = []
        for part, users in zip(self._parts, self._users, strict=True):
            bits = 0
            for user in users:
                bits |= full[user]
            for node in part:
                bits |= given.get(node, 0)
            full.append(bits)
            if bits:
                found.update(dict.fromkeys(part, bits))
        return found
