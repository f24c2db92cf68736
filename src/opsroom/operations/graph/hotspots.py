"""Hotspots: whose change reaches most, in numbers that can be counted again."""

from opsroom.judge.graph.hotspots import Hotspot, hotspots
from opsroom.model.link import Phase
from opsroom.operations.graph.answer import Entry, Told
from opsroom.operations.graph.asked import Asked, call

MOST_SPOTS = 100


def hotspots_of(asked: Asked) -> Told:
    """Repositories by how many others a change of each would reach, with why."""
    sight = asked.sight
    found = [each for each in hotspots(sight.phased) if asked.wants(each.node)]
    entries = [
        Entry(sight.node(each.node, score=float(each.reached), why=explained(each)))
        for each in found[:MOST_SPOTS]
    ]
    following = tuple(
        call("impact", "whom a change of the first one reaches", node=sight.name(each.node))
        for each in found[:1]
    )
    counts = {"needed by others": len(found)} if found else {}
    note = "" if found else f"nobody is needed by others: {sight.nothing_seen()}"
    return Told(None, entries, counts, note, following, len(found) - len(entries))


def explained(spot: Hotspot) -> str:
    """Where its importance comes from."""
    direct, every = _told(spot.direct), _told(spot.transitive)
    return f"directly {direct}; a change reaches {every}: {spot.share:.0%} of the others"


def _told(counts: dict[Phase, int]) -> str:
    parts = ", ".join(f"{count} {phase.value}" for phase, count in counts.items())
    return f"{sum(counts.values())} ({parts})" if parts else "none"
