"""Impact: whom a change or a flaw reaches, how badly, and which environments."""

from opsroom.judge.graph.followed import Followed, follow
from opsroom.judge.wording import counted
from opsroom.operations.graph.answer import Entry, Told
from opsroom.operations.graph.asked import (
    MOST,
    WHOLLY,
    Asked,
    call,
    environment_counts,
    phase_counts,
)
from opsroom.operations.graph.sight import PHASES


def impact_of(asked: Asked) -> Told:
    """Whom a change reaches: at run time first, then the nearest, those with most users first.

    Who needs it in CI or for development alone is reached, and hands nothing on.
    """
    sight, meant = asked.sight, asked.meant
    found = follow(sight.fleet, meant.starts, meant.entries, _left(asked))
    reached = [
        number
        for number in found.reached
        if number not in meant.repositories and asked.wants(number)
    ]
    extra = 1 if meant.users else 0
    reached.sort(
        key=lambda each: (
            PHASES.index(found.reached[each].phase),
            found.reached[each].distance,
            -len(sight.graph.sources_of(each)),
            sight.name(each),
        )
    )
    entries = [_entry(asked, found, number, extra) for number in reached[:MOST]]
    counts = {"repositories": len(reached)} if reached else {}
    counts |= phase_counts(found.reached[number].phase for number in reached)
    counts |= environment_counts(sight, reached)
    following = (call("order", "in which order to change them", node=meant.name),)
    return Told(
        meant.name,
        entries,
        counts,
        "; ".join(filter(None, [meant.note, WHOLLY * found.wholly])),
        following if reached else (),
        len(reached) - len(entries),
    )


def _left(asked: Asked) -> int | None:
    """How many edges a change may follow within the fleet."""
    if asked.depth is None or not asked.meant.users:
        return asked.depth
    return max(0, asked.depth - 1)


def _entry(asked: Asked, found: Followed, number: int, extra: int) -> Entry:
    sight, meant = asked.sight, asked.meant
    exposure = found.reached[number]
    way = [sight.name(each) for each in found.way(number)]
    if extra:
        way.append(meant.name)
    via = exposure.via
    edges = meant.users[number] if via is None else sight.told(number, via, found.carries)
    node = sight.node(
        number,
        depth=exposure.distance + extra,
        exposure=exposure.phase,
        via=way if len(way) > 2 else [],
        why=_flaws(asked, number),
    )
    return Entry(node, edges)


def _flaws(asked: Asked, number: int) -> str:
    """That a repository which is reached has the flaw itself, too."""
    count = len(asked.meant.users.get(number, ()))
    return f"names it in {counted(count, 'way')}" if count > 1 else ""
