"""In which order to change something and whatever needs it, and which lines to change there."""

from collections import Counter
from collections.abc import Collection, Sequence

from opsroom.judge.graph.followed import Followed, follow
from opsroom.judge.wording import counted, listed
from opsroom.operations.graph.answer import Entry, GraphEdge, GraphNode, Told
from opsroom.operations.graph.asked import MOST, WHOLLY, Asked, call, phase_counts
from opsroom.operations.graph.sight import PHASES

PINS = 3
"""Repositories of earlier waves that one names; the lines that pin them are to be changed."""


def order(asked: Asked) -> Told:
    """Waves: all of one can be changed at once when the waves before are done.

    Each repository has the lines by which it needs what was changed before it.
    """
    sight, meant = asked.sight, asked.meant
    found = follow(sight.fleet, meant.starts, meant.entries)
    waves = found.waves()
    first = 1 if meant.users else 0
    entries: list[Entry] = []
    if meant.users:
        node = GraphNode(id=meant.name, why="outside the fleet: it changes first")
        entries.append(Entry(node, (), 1))
    sizes = Counter({1: len(entries)}) if entries else Counter[int]()
    done: set[int] = set()
    circles: list[str] = []
    for number, wave in enumerate(waves, 1 + first):
        circles += [listed([sight.name(each) for each in group], 4) for group in wave.together]
        together = {each for group in wave.together for each in group}
        members = [each for each in wave.nodes if asked.wants(each) or each in meant.repositories]
        members.sort(
            key=lambda each: (
                PHASES.index(found.reached[each].phase),
                -len(sight.graph.sources_of(each)),
                sight.name(each),
            )
        )
        sizes[number] += len(members)
        for each in members[: max(0, MOST - len(entries))]:
            exposure = found.reached[each].phase if each not in meant.repositories else None
            node = sight.node(
                each, exposure=exposure, why="needs others of its wave" * (each in together)
            )
            before = (done, together - {each})
            entries.append(Entry(node, _pins(asked, found, each, before), number))
        done.update(wave.nodes)
    reached = sizes.total() - first
    notes = [meant.note, WHOLLY * found.wholly]
    if circles:
        notes.append(f"no order among those that need each other: {'; '.join(circles[:3])}")
    if not reached or (reached == 1 and meant.repositories):
        notes.append(f"nothing else has to change: {sight.nothing_seen()}")
    phases = [found.reached[each].phase for each in done if each not in meant.repositories]
    counts = {"waves": len(waves) + first, "repositories": reached} | phase_counts(phases)
    following = (call("impact", "who is exposed, and in which environment", node=meant.name),)
    return Told(
        meant.name,
        entries,
        counts,
        "; ".join(filter(None, notes)),
        following if reached > 1 else (),
        sizes.total() - len(entries),
        sizes,
    )


def _pins(
    asked: Asked, found: Followed, number: int, done: Sequence[Collection[int]]
) -> tuple[GraphEdge, ...]:
    """The edges to what is changed before it, the gravest and surest first."""
    sight = asked.sight
    edges = list(asked.meant.users.get(number, ()))
    before = [
        target
        for target, needs in sight.needs(number).items()
        if any(target in each for each in done) and any(map(found.carries, needs))
    ]
    before.sort(key=lambda target: (sight.gravity(number, target), target))
    for target in before[:PINS]:
        edges += sight.told(number, target, found.carries)
    if len(before) > PINS:
        more = counted(len(before) - PINS, "other")
        last = edges[-1]
        edges[-1] = last.model_copy(update={"name": f"{last.name or last.to} (and {more})"})
    return tuple(edges)
