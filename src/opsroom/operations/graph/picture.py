"""What the page draws: the neighbourhood of a node in columns, its waves; or the whole in short.

    what it needs | the node | who needs it, by distance         waves of a change, left to right

Bounded by counts and not by tokens: what is drawn can be read, and the rest is counted.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Literal

import anyio
from pydantic import ConfigDict, Field

from opsroom.model.coverage import Coverage
from opsroom.model.health import Grade
from opsroom.model.link import LinkKind, Phase, Sure
from opsroom.model.value import Value
from opsroom.model.where import Where
from opsroom.operations.graph.answer import Entry, Evidence, GraphEdge, Told
from opsroom.operations.graph.uses import learn
from opsroom.operations.room import Room

if TYPE_CHECKING:
    from opsroom.operations.graph.asked import Asked
    from opsroom.operations.graph.nodes import Meant
    from opsroom.operations.graph.sight import Sight

COLUMN, LINKS, WAVE, SPOTS, CIRCLES = 12, 200, 50, 25, 10
"""How many nodes a column, links, repositories a wave, hotspots and cycles are drawn at most."""
NEEDS, USERS = 2, 3
"""Columns on either side of the node."""

NodeKind = Literal["repository", "package", "host", "environment", "advisory"]


class Dot(Value):
    """A node of the picture."""

    id: str
    kind: NodeKind
    url: str | None = None
    grade: Grade | None = None
    exposure: Phase | None = None
    environment: str | None = None


class Column(Value):
    """Nodes at one distance: negative ones are needed by the node, positive ones need it."""

    depth: int
    nodes: list[Dot]
    omitted: int


class Line(Value):
    """A link between two nodes that are shown."""

    model_config = ConfigDict(serialize_by_alias=True)

    source: str = Field(serialization_alias="from")
    to: str
    kind: LinkKind
    phase: Phase
    sure: Sure
    versions: list[str]
    behind: str
    since: datetime | None
    backlog: bool
    evidence: Evidence | None
    places: int


class Step(Value):
    """A repository of a wave. `pin` is the line to change there; `together`: on a cycle."""

    id: str
    grade: Grade | None
    exposure: Phase | None
    environment: str | None
    pin: Evidence | None
    versions: list[str]
    together: bool


class Waved(Value):
    """One wave of a change."""

    repositories: list[Step]
    omitted: int


class Spot(Value):
    """A repository that many need: directly, in all, and which share of the others."""

    id: str
    grade: Grade
    direct: int
    all: int
    share: float
    phases: dict[Phase, int]
    why: str


class Picture(Value):
    """A picture of the graph as one caller sees it. Names in it are data from repositories."""

    as_of: datetime | None
    coverage: Coverage
    note: str
    unlooked: list[str] = Field(description="what the graph doesn't know")
    repositories: int
    edges: int
    node: Dot | None = None
    columns: list[Column] = Field(default_factory=list[Column])
    links: list[Line] = Field(default_factory=list[Line])
    waves: list[Waved] = Field(default_factory=list[Waved])
    impact: dict[Phase, int] = Field(default_factory=dict[Phase, int])
    hotspots: list[Spot] = Field(default_factory=list[Spot])
    cycles: list[list[str]] = Field(default_factory=list[list[str]])
    orphans: int = 0


async def picture(room: Room, node: str, where: str) -> Picture:
    """The neighbourhood of a node; without one what the whole graph is like.

    Raises:
        NotFound: nothing that this caller may see is called so.
        UsageError: the filter can't be understood.
    """
    narrowed = Where.parse(where)
    await room.settled()
    await learn(room, narrowed)
    question = ("picture", node, str(narrowed))
    return await room.remembered(question, lambda: _picture(room, node, narrowed))


async def _picture(room: Room, node: str, where: Where) -> Picture:
    from opsroom.operations.graph.asked import Asked
    from opsroom.operations.graph.nodes import Meant, meant
    from opsroom.operations.graph.seeing import seen, switched_off

    sight = await seen(room)
    about = await meant(room, sight, node) if node.strip() else Meant("")
    rows = sight.rows
    wanted = {number for number, row in rows.items() if not where.terms or where.matches(row)}
    asked = Asked(sight, about, None, wanted.__contains__)
    off, note = switched_off(room), room.note()

    def drawn() -> Picture:
        looked, covered = room.looked([rows[each] for each in wanted], whole=not where.terms)
        bare = Picture(
            as_of=looked,
            coverage=covered,
            note="; ".join(filter(None, [note, about.note])),
            unlooked=[*([off] if off else []), *sight.unlooked(wanted)],
            repositories=len(rows),
            edges=sight.graph.edges,
        )
        return around(asked, bare) if node.strip() else overview(asked, bare)

    return await anyio.to_thread.run_sync(drawn)


def around(asked: "Asked", bare: Picture) -> Picture:
    """The node in the middle, and the waves of a change of it."""
    from opsroom.judge.graph.followed import follow
    from opsroom.operations.graph.dependents import dependencies, dependents
    from opsroom.operations.graph.order import order

    sight, meant = asked.sight, asked.meant
    middle = _middle(sight, meant)
    needed, needing = (
        dependencies(asked._replace(depth=NEEDS)),
        dependents(asked._replace(depth=USERS)),
    )
    columns = [
        *(_column(sight, needed, depth, -1) for depth in range(NEEDS, 0, -1)),
        Column(depth=0, nodes=[middle], omitted=0),
        *(_column(sight, needing, depth, 1) for depth in range(1, USERS + 1)),
    ]
    columns = [each for each in columns if each.nodes or not each.depth]
    shown = {dot.id for column in columns for dot in column.nodes}
    reached = follow(sight.fleet, meant.starts, meant.entries).reached
    phases = [
        each.phase
        for number, each in reached.items()
        if number not in meant.repositories and asked.wants(number)
    ]
    return bare.model_copy(
        update={
            "node": middle,
            "columns": columns,
            "links": _lines(sight, meant, shown),
            "waves": _waves(sight, order(asked)),
            "impact": {phase: phases.count(phase) for phase in Phase},
        }
    )


def _middle(sight: "Sight", meant: "Meant") -> Dot:
    if len(meant.repositories) == 1:
        return _dot(sight, meant.repositories[0])
    kinds: dict[str, NodeKind] = {"host:": "host", "env:": "environment"}
    for prefix, kind in kinds.items():
        if meant.name.startswith(prefix):
            return Dot(id=meant.name, kind=kind)
    return Dot(id=meant.name, kind="package" if meant.targets else "advisory")


def _dot(sight: "Sight", number: int, exposure: Phase | None = None) -> Dot:
    row = sight.rows[number]
    return Dot(
        id=row.name,
        kind="repository",
        url=row.url,
        grade=row.health.grade,
        exposure=exposure,
        environment=row.repository.environment,
    )


def _column(sight: "Sight", told: Told, depth: int, side: int) -> Column:
    nodes = [each.node for each in told.entries if each.node and each.node.depth == depth]
    dots = [_dot(sight, sight.numbers[each.id], each.exposure) for each in nodes[:COLUMN]]
    return Column(depth=depth * side, nodes=dots, omitted=told.sizes.get(depth, 0) - len(dots))


def _lines(sight: "Sight", meant: "Meant", shown: Iterable[str]) -> list[Line]:
    """Every link between two nodes that are shown, the gravest first."""
    numbers = {sight.numbers[name] for name in shown if name in sight.numbers}
    edges = [
        edge
        for source in sorted(numbers)
        for target in sight.needs(source)
        if target in numbers
        for edge in sight.told(source, target)
    ]
    edges += [edge for number in numbers for edge in meant.users.get(number, ())]
    phases, sures = list(Phase), list(Sure)
    edges.sort(key=lambda each: (phases.index(each.phase), sures.index(each.sure), each.source))
    return [_line(edge) for edge in edges[:LINKS]]


def _line(edge: GraphEdge) -> Line:
    return Line(
        source=edge.source,
        to=edge.to,
        kind=edge.kind,
        phase=edge.phase,
        sure=edge.sure,
        versions=edge.versions,
        behind=edge.behind,
        since=edge.since,
        backlog=edge.backlog,
        evidence=edge.evidence[0] if edge.evidence else None,
        places=edge.places or len(edge.evidence),
    )


def _waves(sight: "Sight", told: Told) -> list[Waved]:
    waves: dict[int, list[Entry]] = {}
    for entry in told.entries:
        waves.setdefault(entry.group or 0, []).append(entry)
    return [
        Waved(
            repositories=[_step(sight, entry) for entry in entries[:WAVE]],
            omitted=told.sizes[number] - min(len(entries), WAVE),
        )
        for number in sorted(told.sizes)
        for entries in [waves.get(number, [])]
    ]


def _step(sight: "Sight", entry: Entry) -> Step:
    node, edge = entry.node, entry.edges[0] if entry.edges else None
    name = node.id if node else ""
    return Step(
        id=name,
        grade=sight.grades.get(name),
        exposure=node.exposure if node else None,
        environment=node.environment if node else None,
        pin=edge.evidence[0] if edge and edge.evidence else None,
        versions=edge.versions if edge else [],
        together=bool(node and node.why and edge),
    )


def overview(asked: "Asked", bare: Picture) -> Picture:
    """Who is needed most, who needs each other, and who stands alone."""
    from opsroom.judge.graph.cycles import cycles
    from opsroom.judge.graph.ends import ends
    from opsroom.judge.graph.hotspots import hotspots
    from opsroom.operations.graph.hotspots import explained

    sight = asked.sight
    spots = [each for each in hotspots(sight.phased) if asked.wants(each.node)]
    found = [each for each in cycles(sight.graph) if any(map(asked.wants, each.nodes))]
    alone = [each for each in ends(sight.graph).orphans if asked.wants(each)]
    return bare.model_copy(
        update={
            "hotspots": [
                Spot(
                    id=sight.name(each.node),
                    grade=sight.rows[each.node].health.grade,
                    direct=sum(each.direct.values()),
                    all=each.reached,
                    share=round(each.share, 4),
                    phases=each.transitive,
                    why=explained(each),
                )
                for each in spots[:SPOTS]
            ],
            "cycles": [[sight.name(node) for node in each.example] for each in found[:CIRCLES]],
            "orphans": sum(each not in sight.unknown for each in alone),
        }
    )
