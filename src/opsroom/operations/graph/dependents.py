"""Who needs it, and what it needs: directly and over others, each with the edge that says so."""

from collections import Counter
from collections.abc import Mapping

from opsroom.judge.graph.impact import impact
from opsroom.model.link import Phase
from opsroom.operations.graph.answer import Entry, GraphEdge, GraphNode, Told
from opsroom.operations.graph.asked import MOST, Asked, call, phase_counts
from opsroom.operations.graph.sight import PHASES, Sight

LAST = len(PHASES)


def dependents(asked: Asked) -> Told:
    """Who needs it, whatever for: those who need it at run time first, then the nearest."""
    sight, meant, depth = asked.sight, asked.meant, asked.depth
    starts = dict.fromkeys(meant.repositories, 0)
    away = sight.graph.dependents_of_any(starts, depth)
    if meant.users and depth != 0:
        left = None if depth is None else depth - 1
        further = sight.graph.dependents_of_any(meant.users, left)
        away = dict.fromkeys(meant.users, 1) | {each: far + 1 for each, far in further.items()}
    found = impact(sight.phased, meant.starts).reached
    phases = {number: found[number].phase for number in away if number in found}
    wanted = [number for number in away if asked.wants(number)]
    wanted.sort(key=lambda number: _rank(sight, number, away, phases))
    known = starts | away
    entries = [
        Entry(
            sight.node(
                number,
                depth=away[number],
                exposure=phases.get(number),
                via=_way(sight, number, known, meant.name),
                why="" if number in phases else "over what only CI or development needs",
            ),
            meant.users.get(number) or _onward(sight, number, known),
        )
        for number in wanted[:MOST]
    ]
    counts = {"direct": sum(away[number] == 1 for number in wanted), "in all": len(wanted)}
    counts |= phase_counts(phases[number] for number in wanted if number in phases)
    following = (
        call("order", "in which order to change it and them", node=meant.name),
        call("impact", "who is exposed at run time, and where", node=meant.name),
    )
    return Told(
        meant.name,
        entries,
        counts if wanted else {},
        meant.note,
        following if wanted else (),
        len(wanted) - len(entries),
        Counter(away[number] for number in wanted),
    )


def _rank(
    sight: Sight, number: int, away: Mapping[int, int], phases: Mapping[int, Phase]
) -> tuple[int, int, int, str]:
    phase = phases.get(number)
    gravity = PHASES.index(phase) if phase else LAST
    users = len(sight.graph.sources_of(number))
    return gravity, away[number], -users, sight.name(number)


def _next_hop(sight: Sight, number: int, away: Mapping[int, int]) -> int | None:
    """The repository over which it is nearest, by its gravest and surest edge."""
    nearer = [
        target
        for target in sight.needs(number)
        if away.get(target) == away[number] - 1 and target != number
    ]
    return min(nearer, key=lambda each: (sight.gravity(number, each), each), default=None)


def _onward(sight: Sight, number: int, away: Mapping[int, int]) -> tuple[GraphEdge, ...]:
    hop = _next_hop(sight, number, away)
    return () if hop is None else sight.told(number, hop)


def _way(sight: Sight, number: int, away: Mapping[int, int], goal: str) -> list[str]:
    """The way from a repository to what was asked about; none where it is one step."""
    way = [number]
    while (hop := _next_hop(sight, way[-1], away)) is not None:
        way.append(hop)
    names = [sight.name(each) for each in way]
    if names[-1] != goal and away[way[-1]] == 1:
        names.append(goal)
    return names if len(names) > 2 else []


def dependencies(asked: Asked) -> Told:
    """What it needs within the fleet: directly first, each with the edge that leads there."""
    sight, meant = asked.sight, asked.meant
    starts = meant.repositories or tuple(meant.users)
    away = sight.graph.dependencies_of_any(starts, asked.depth)
    known = dict.fromkeys(starts, 0) | away
    wanted = [number for number in known if known[number] and asked.wants(number)]
    hops = {number: _former_hop(sight, number, known) for number in wanted}
    wanted.sort(key=lambda each: (known[each], sight.gravity(hops[each], each), sight.name(each)))
    entries = [
        Entry(
            sight.node(
                number,
                depth=known[number],
                exposure=sight.needs(hops[number])[number][0].phase,
                via=_back(sight, number, known),
            ),
            sight.told(hops[number], number),
        )
        for number in wanted[:MOST]
    ]
    direct = sum(known[number] == 1 for number in wanted)
    counts = {"direct": direct, "in all": len(wanted)} if wanted else {}
    sizes = Counter(known[number] for number in wanted)
    return Told(meant.name, entries, counts, meant.note, (), len(wanted) - len(entries), sizes)


def outside(sight: Sight, edges: list[GraphEdge]) -> list[Entry]:
    """What it needs from outside the fleet, as entries after the others."""
    nodes: dict[str, list[GraphEdge]] = {}
    for edge in edges:
        nodes.setdefault(edge.to, []).append(edge)
    return [
        Entry(GraphNode(id=name, depth=1, exposure=found[0].phase), tuple(found))
        for name, found in nodes.items()
    ]


def _former_hop(sight: Sight, number: int, away: Mapping[int, int]) -> int:
    nearer = [
        source for source in sight.graph.sources_of(number) if away.get(source) == away[number] - 1
    ]
    return min(nearer, key=lambda each: (sight.gravity(each, number), each))


def _back(sight: Sight, number: int, away: Mapping[int, int]) -> list[str]:
    way = [number]
    while away[way[-1]]:
        way.append(_former_hop(sight, way[-1], away))
    return [sight.name(each) for each in reversed(way)] if len(way) > 2 else []
