"""Versions of one thing across the fleet: who has which, the oldest first."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from opsroom.judge.matching import key, schemes
from opsroom.operations.graph.answer import Entry, GraphEdge, Told
from opsroom.operations.graph.asked import MOST, Asked, call
from opsroom.operations.graph.behind import used

VERSIONS = 12
"""Versions that are counted by name."""


def skew(asked: Asked) -> Told:
    """Who uses which version of it, the oldest first; what can't be compared comes last."""
    sight, meant = asked.sight, asked.meant
    users: dict[int, tuple[GraphEdge, ...]] = dict(meant.users)
    for number in meant.repositories:
        for source in sight.graph.sources_of(number):
            users[source] = (*users.get(source, ()), *sight.told(source, number))
    wanted = {number: edges for number, edges in users.items() if asked.wants(number)}
    kind = _kind(edge for edges in wanted.values() for edge in edges)
    held = {number: _versions(edges, kind) for number, edges in wanted.items()}
    order = sorted(wanted, key=lambda number: (_age(held[number], kind), sight.name(number)))
    counted: dict[str, int] = {}
    for number in order:
        for version in held[number] or ["no version told"]:
            counted[version] = counted.get(version, 0) + 1
    entries = [Entry(sight.node(number, depth=1), wanted[number]) for number in order[:MOST]]
    several = [sight.name(number) for number in order if len(held[number]) > 1]
    notes = [meant.note]
    if several:
        notes.append(f"{len(several)} of them use several versions at once")
    if not order:
        notes.append(f"nobody uses it: {sight.nothing_seen()}")
    following = (call("order", "in which order to bring them up", node=meant.name),)
    return Told(
        meant.name,
        entries,
        dict(list(counted.items())[:VERSIONS]),
        "; ".join(filter(None, notes)),
        following if order else (),
        len(order) - len(entries),
    )


def _versions(edges: Sequence[GraphEdge], kind: str) -> list[str]:
    return used(dict.fromkeys(version for edge in edges for version in edge.versions), kind)


def _kind(edges: Iterable[GraphEdge]) -> str:
    """The ecosystem by whose rules most of these versions compare; empty: by none that is known."""
    names = (name for edge in edges for name in (edge.to, edge.name))
    kinds = Counter(kind for name in names if (kind := name.partition("/")[0]) in schemes())
    return kinds.most_common(1)[0][0] if kinds else ""


def _age(versions: Sequence[str], kind: str) -> tuple[bool, Any]:
    """Sorts by the oldest version; those that are none come last."""
    keys = [found for each in versions if (found := key(kind, each)) is not None]
    return (False, min(keys)) if keys else (True, 0)
