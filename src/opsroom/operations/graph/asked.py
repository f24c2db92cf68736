"""What a question is asked with, besides its node, and what several questions need."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from opsroom.model.link import Phase
from opsroom.operations.answers import Next
from opsroom.operations.graph.declared import environments
from opsroom.operations.graph.nodes import Meant
from opsroom.operations.graph.sight import Sight

MOST = 400
"""Entries that one answer is made from, after ranking; the others are counted."""
ENVIRONMENTS = 12
"""Those that are counted by name: labels and topics may name any number."""

WHOLLY = "parts are too many to follow all: some repositories were followed as wholes"
"""Told where a change is said to reach more than it may."""


class Asked(NamedTuple):
    """What is asked: about what, how far, and which repositories are wanted in the answer."""

    sight: Sight
    meant: Meant
    depth: int | None
    wants: Callable[[int], bool]


def phase_counts(phases: Iterable[Phase]) -> dict[str, int]:
    """How many there are of each phase that occurs, the gravest first."""
    found = list(phases)
    return {phase.value: found.count(phase) for phase in Phase if phase in found}


def environment_counts(sight: Sight, numbers: Iterable[int]) -> dict[str, int]:
    """How many repositories of each environment there are among these, and where they deploy."""
    counts = Counter(each.target for number in numbers for each in environments(sight.rows[number]))
    most = sorted(counts, key=lambda place: (-counts[place], place))[:ENVIRONMENTS]
    more = len(counts) - len(most)
    named = {place: counts[place] for place in sorted(most)}
    return named | ({"more environments": more} if more else {})


def call(query: str, why: str, **arguments: object) -> Next:
    """A question to the graph that is worth asking next."""
    return Next(tool="dependency_graph", arguments={"query": query, **arguments}, why=why)
