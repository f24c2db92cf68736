"""What a change reaches, part by part: like `impact`, where repositories make several things.

A change enters a repository through the files that ask for what changed, and leaves it by what
those files are in. Repositories of which nobody asks for a part are followed as a whole.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from opsroom.judge.graph.graph import Graph
from opsroom.judge.graph.impact import Exposure, Impact, Reached, impact
from opsroom.judge.graph.parts import WHOLE, Parted, place_of
from opsroom.judge.graph.phased import CARRYING, ENDING, Phased
from opsroom.judge.graph.waves import Wave, order
from opsroom.model.link import Edge, Phase

MANY = 64
"""Files through which a change is followed into one repository: of more, it is in the whole."""
MOST = 30_000
"""Edges to parts that are looked through; what is further off is then followed as wholes."""

State = tuple[int, str]
"""A repository, and the file through which a change came in."""
Came = dict[State, State]
"""The state before on the way to a start; a start's is itself."""
Done = set[tuple[int, str]]
"""Repositories with places in them."""
Entries = Mapping[int, Mapping[str, Phase]]
"""The files of repositories in which a change begins, each with its phase."""
AT: dict[Phase, frozenset[Phase]] = {
    Phase.RUNTIME: frozenset({Phase.RUNTIME}),
    Phase.BUILD: frozenset(CARRYING),
    Phase.CI: frozenset({Phase.CI}),
    Phase.DEVELOPMENT: frozenset({Phase.DEVELOPMENT}),
}
"""The phases of the edges that a walk in a phase follows."""


@dataclass(frozen=True)
class Fleet:
    """Who needs whom, when, and which parts: `edges` by who needs, `parts` by who is needed."""

    phased: Phased
    edges: Mapping[int, Sequence[Edge]]
    parts: Mapping[int, Parted]


@dataclass(frozen=True)
class Followed:
    """What a change reaches, the gravest first, then the nearest, then by id; starts as well."""

    fleet: Fleet
    reached: Reached
    wholly: bool
    """Whether some repositories were followed as wholes, because all parts are too many."""
    _way: Callable[[int], list[int]]
    _inside: Mapping[int, Sequence[str]] = field(default_factory=dict[int, Sequence[str]])
    """The files through which what passes on was entered, where that tells anything."""

    def way(self, node: int) -> list[int]:
        """A shortest way of a node's exposure, from it to a start. Raises KeyError for what is not
        reached."""
        return self._way(node)

    def carries(self, edge: Edge) -> bool:
        """Whether the change goes along an edge."""
        entered = self._inside.get(edge.target)
        if entered is None:
            return edge.target in self.reached
        place, one = place_of(edge), self.fleet.parts[edge.target]
        return any(one.reach(each, place) for each in entered)

    def users(self, node: int, phase: Phase) -> list[int]:
        """Whom a change of a node reaches along edges of a phase (BUILD: or at run time)."""
        if node not in self._inside:
            return self.fleet.phased.sources_of(node, phase)
        one, inside = self.fleet.parts[node], self._inside[node]
        users: set[int] = set()
        for place, found in one.users.items():
            if any(one.reach(entered, place) for entered in inside):
                for each in AT[phase]:
                    users.update(source for source, _ in found.get(each, ()))
        return sorted(users)

    def waves(self) -> list[Wave]:
        """Order a change and what it reaches. Who is reached in CI or for development alone comes
        after what it needs; where something passes the change on, its own CI keeps it waiting for
        nothing: such edges would make circles of almost everything."""
        passing = {node for node, exposure in self.reached.items() if exposure.phase in CARRYING}
        pairs = [
            (source, node)
            for node in passing
            for phase in (Phase.BUILD, *ENDING)
            for source in self.users(node, phase)
            if source in self.reached and (phase in CARRYING or source not in passing)
        ]
        return order(
            Graph.build([one for one, _ in pairs], [two for _, two in pairs], self.reached)
        )


def follow(
    fleet: Fleet,
    starts: Mapping[int, Phase],
    entries: Entries,
    depth: int | None = None,
) -> Followed:
    """Follow a change from where it begins, at most so many edges far.

    A start without entries changes as a whole. Raises KeyError for a start that is no node.
    """
    whole: Impact = impact(fleet.phased, starts, depth)
    begins = {
        number: (number in fleet.parts and entries.get(number)) or {WHOLE: first}
        for number, first in starts.items()
    }
    some = [
        number
        for number in whole.reached
        if number in fleet.parts and begins.get(number) != {WHOLE: Phase.RUNTIME}
    ]
    if not some:
        return Followed(fleet, whole.reached, False, whole.way)
    nearest = accumulate(fleet.parts[number].asked for number in some)
    few = [number for number, asked in zip(some, nearest, strict=True) if asked <= MOST]
    parts = {number: fleet.parts[number] for number in few}
    begins = {
        number: each if number in parts else {WHOLE: starts[number]}
        for number, each in begins.items()
    }
    wholly = len(few) < len(some)
    return _by_parts(Fleet(fleet.phased, fleet.edges, parts), starts, begins, depth, wholly=wholly)


def _by_parts(
    fleet: Fleet, starts: Mapping[int, Phase], begins: Entries, depth: int | None, *, wholly: bool
) -> Followed:
    run, ran = _walked(fleet, begins, Phase.RUNTIME, depth)
    carried, came = _walked(fleet, begins, Phase.BUILD, depth)
    reached: Reached = {}
    ways: dict[int, tuple[State, Came]] = {}
    _expose(reached, ways, Phase.RUNTIME, run, ran)
    _expose(reached, ways, Phase.BUILD, carried, came)
    for phase in ENDING:
        first = sorted(each for each, began in starts.items() if began is phase)
        layers = [[(number, WHOLE) for number in first if number not in reached]]
        ends: Came = {state: state for state in layers[0]}
        seen = {number for number, _ in layers[0]} | reached.keys()
        done: Done = set()
        for layer in carried[:depth]:
            following: list[State] = []
            for state in layer:
                for user, _ in _steps(fleet, state, phase, done):
                    if user not in seen:
                        seen.add(user)
                        ends[user, WHOLE] = state
                        following.append((user, WHOLE))
            layers.append(sorted(following))
        _expose(reached, ways, phase, layers, came | ends)
    inside: dict[int, list[str]] = {}
    for number, path in came:
        if number in fleet.parts:
            inside.setdefault(number, []).append(path)
    return Followed(fleet, reached, wholly, lambda node: _way(*ways[node]), inside)


def _walked(
    fleet: Fleet, begins: Entries, phase: Phase, depth: int | None
) -> tuple[list[list[State]], Came]:
    """Walk against the edges in layers; the lowest id of a layer finds first."""
    layer: list[State] = []
    came: Came = {}
    files: dict[int, int] = {}
    done: Done = set()

    def enter(number: int, path: str, before: State | None, into: list[State]) -> None:
        one = fleet.parts.get(number)
        if (number, WHOLE) in came or (one is not None and (number, path) in came):
            return
        for each in one.entries(path, AT[phase]) if one else (WHOLE,):
            state = (number, each if files.get(number, 0) < MANY else WHOLE)
            if state not in came:
                files[number] = files.get(number, 0) + 1
                came[state] = before or state
                into.append(state)

    for number in sorted(begins):
        for path, began in sorted(begins[number].items()):
            if began in AT[phase]:
                enter(number, path, None, layer)
    layer.sort()
    layers = [layer]
    while layer and len(layers) - 1 != depth:
        following: list[State] = []
        for state in layer:
            for user, path in _steps(fleet, state, phase, done):
                enter(user, path, state, following)
        layer = sorted(following)
        layers.append(layer)
    return layers, came


def _steps(fleet: Fleet, state: State, phase: Phase, done: Done) -> Iterator[State]:
    """Who is reached from a state along edges of a phase, and through which of its files; but who
    asks for a place that was `done` from another state."""
    number, entered = state
    phases, one = AT[phase], fleet.parts.get(number)
    if one is not None:
        for place, users in one.users.items():
            if (number, place) not in done and one.reach(entered, place):
                done.add((number, place))
                for each in Phase:
                    if each in phases and each in users:
                        yield from users[each]
        return
    graph = fleet.phased.at[phase]
    for user in graph.back.successor_indices(graph.index[number]):
        source = graph.ids[user]
        if source not in fleet.parts:
            yield source, WHOLE
            continue
        for edge in fleet.edges.get(source, ()):
            if edge.target == number and edge.phase in phases:
                yield source, edge.path


def _expose(
    reached: Reached,
    ways: dict[int, tuple[State, Came]],
    phase: Phase,
    layers: Sequence[Sequence[State]],
    came: Came,
) -> None:
    """Let whoever is not exposed more gravely be exposed as by a walk."""
    for distance, layer in enumerate(layers):
        for state in layer:
            if state[0] not in reached:
                via = came[state][0] if distance else None
                reached[state[0]] = Exposure(phase, distance, via)
                ways[state[0]] = state, came


def _way(state: State, came: Came) -> list[int]:
    way = [state[0]]
    while came[state] != state:
        state = came[state]
        way.append(state[0])
    return way
