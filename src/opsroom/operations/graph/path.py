"""The way from one to another, every step with its evidence."""

from opsroom.judge.graph.paths import paths
from opsroom.judge.wording import counted
from opsroom.operations.graph.answer import Entry, GraphNode, Told
from opsroom.operations.graph.asked import Asked, call
from opsroom.operations.graph.nodes import Meant
from opsroom.operations.graph.sight import Sight

MANY = 1_000
"""Shortest ways that are counted: there may be more of them than particles in the universe."""


def path(asked: Asked, to: Meant) -> Told:
    """A shortest way by which `node` needs `to`, or the other way round where that is so."""
    sight, start = asked.sight, asked.meant
    name = f"{start.name} to {to.name}"
    found = _way(sight, start, to)
    notes = [start.note, to.note]
    if found is None and (found := _way(sight, to, start)):
        notes.append(f"{start.name} is not seen to need {to.name}: it is the other way round")
        start, to = to, start
    if found is None:
        notes.append(f"no way between them: {sight.nothing_seen()}")
        following = (call("dependents", "who does need it", node=to.name),)
        return Told(name, [], {}, "; ".join(filter(None, notes)), following)
    way, total = found
    entries: list[Entry] = []
    for step, number in enumerate(way):
        last = step + 1 == len(way)
        edges = to.users.get(number, ()) if last else sight.told(number, way[step + 1])
        entries.append(Entry(sight.node(number, depth=step), edges))
    if to.users:
        entries.append(Entry(GraphNode(id=to.name, depth=len(way))))
    if total > 1:
        ways = (
            counted(total, "shortest way") if total <= MANY else f"more than {MANY:,} shortest ways"
        )
        notes.append(f"one of {ways}")
    counts = {"steps": len(entries) - 1}
    return Told(name, entries, counts, "; ".join(filter(None, notes)))


def _way(sight: Sight, start: Meant, to: Meant) -> tuple[list[int], int] | None:
    """The nearest pair of their repositories, a shortest way between, and how many there are."""
    goals = to.repositories or tuple(to.users)
    best: tuple[int, int, int] | None = None
    for begin in start.repositories:
        away = {begin: 0, **sight.graph.dependencies(begin)}
        for goal in goals:
            if goal in away and (best is None or (away[goal], begin, goal) < best):
                best = away[goal], begin, goal
    if best is None:
        return None
    found = paths(sight.graph, best[1], best[2], 1)
    return found.paths[0], found.total
