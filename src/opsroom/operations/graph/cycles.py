"""Cycles: repositories that need each other, so that nothing of them can be changed first."""

from opsroom.judge.graph.cycles import cycles
from opsroom.judge.wording import counted
from opsroom.operations.graph.answer import Entry, Told
from opsroom.operations.graph.asked import MOST, Asked, call


def cycles_of(asked: Asked) -> Told:
    """Each group of repositories that need each other, by one shortest way around in it."""
    sight, only = asked.sight, set(asked.meant.repositories)
    found = [
        each
        for each in cycles(sight.graph)
        if any(asked.wants(node) for node in each.nodes) and (not only or only & set(each.nodes))
    ]
    entries: list[Entry] = []
    for group, each in enumerate(found, 1):
        around = list(each.example)
        rest = len(each.nodes) - len(around)
        for place, node in enumerate(around):
            after = around[(place + 1) % len(around)]
            why = f"{counted(rest, 'other')} of the fleet on cycles with it" if rest else ""
            told = sight.node(node, why="" if place else why)
            entries.append(Entry(told, sight.told(node, after), group))
    members = sum(len(each.nodes) for each in found)
    counts = {"cycles": len(found), "repositories": members} if found else {}
    name = asked.meant.name or None
    note = "" if found else f"no cycle: {sight.nothing_seen()}"
    following = tuple(
        call("order", "the waves of a change there", node=sight.name(each.nodes[0]))
        for each in found[:1]
    )
    return Told(name, entries[:MOST], counts, note, following, max(0, len(entries) - MOST))
