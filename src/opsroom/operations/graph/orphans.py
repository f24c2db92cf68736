"""Orphans: repositories that need nobody here and that nobody here needs, as far as was looked."""

from opsroom.judge.graph.ends import ends
from opsroom.judge.wording import counted
from opsroom.operations.graph.answer import Entry, Told
from opsroom.operations.graph.asked import MOST, Asked


def orphans(asked: Asked) -> Told:
    """Those without any edge. One that nobody looked into is not said to be alone."""
    sight = asked.sight
    alone = [number for number in ends(sight.graph).orphans if asked.wants(number)]
    seen = sorted((each for each in alone if each not in sight.unknown), key=sight.name)
    untold = len(alone) - len(seen)
    entries = [Entry(sight.node(number)) for number in seen[:MOST]]
    note = (
        f"{counted(untold, 'more repository', 'more repositories')} without an edge can't be told: "
        "nobody looked into all of their files"
        if untold
        else ""
    )
    counts = {"orphans": len(seen)} if seen else {}
    return Told(None, entries, counts, note, (), len(seen) - len(entries))
