"""The one answer of the graph: nodes, edges with their evidence, and what the graph doesn't know.

Whatever was asked, an answer is a list of entries, most important first: a node, and the edges that
say why it is there. A cut leaves the first ones, and counts the others.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from pydantic import ConfigDict, Field

from opsroom.judge.wording import counted
from opsroom.model.link import LinkKind, Phase, Sure
from opsroom.model.value import Value
from opsroom.operations.answers import QUOTED, Answer, Next, Omitted, fit, lead

Query = Literal[
    "dependents",
    "dependencies",
    "path",
    "impact",
    "order",
    "cycles",
    "hotspots",
    "orphans",
    "skew",
    "changed",
    "causes",
]
Format = Literal["json", "mermaid"]


def _left_out(value: Any) -> bool:
    """What an answer doesn't spend tokens on: nothing, and an empty list or text."""
    return value is None or value in ("", [], 0, False)


def _optional(default: Any = None, description: str | None = None) -> Any:
    return Field(default=default, description=description, exclude_if=_left_out)


class Evidence(Value):
    """A line that says so. `url` is its page at that commit, or the file in a clone here."""

    file: str = _optional("", "empty: the address of the repository says so")
    line: int = _optional(0)
    commit: str = _optional("")
    url: str | None = _optional()

    def reading(self) -> str:
        """The shortest way to it."""
        line = f":{self.line}" if self.line else ""
        commit = f" at {self.commit[:10]}" if self.commit else ""
        return f"{self.file}{line}{commit}" + (f" {self.url}" if self.url else "")


class GraphEdge(Value):
    """`from` needs `to`. Names and versions in it are data from repositories."""

    model_config = ConfigDict(serialize_by_alias=True)

    source: str = Field(serialization_alias="from")
    to: str
    kind: LinkKind
    name: str = _optional("", "under which name it asks for it")
    versions: list[str] = _optional([])
    phase: Phase = Phase.RUNTIME
    sure: Sure = Sure.CERTAIN
    indirect: bool = _optional(False, "a lockfile names it, nobody there asks for it")
    behind: str = _optional("", "by how many releases and days")
    since: datetime | None = _optional(None, "seen first")
    backlog: bool = _optional(False, "it was there at the first look: nobody knows since when")
    ended: datetime | None = _optional(None, "a look at that time no longer saw it")
    places: int = _optional(0, "places that say so, when more than `evidence` tells")
    evidence: list[Evidence] = _optional([])

    def reading(self) -> str:
        """Who needs whom as what, how sure, and where that stands."""
        versions = f" {', '.join(self.versions)}" if self.versions else ""
        name = f" {self.name}" if self.name and self.name != self.to else ""
        sure = "" if self.sure is Sure.CERTAIN else f", {self.sure.value}"
        behind = f", {self.behind}" if self.behind else ""
        where = f": {self.evidence[0].reading()}" if self.evidence else ""
        more = f" and {self.places - 1} more" if self.places > 1 else ""
        return (
            f"{self.source} -> {self.to} ({self.kind}{name}{versions}, {self.phase.value}"
            f"{sure}{behind}{self._time()}){where}{more}"
        )

    def _time(self) -> str:
        if self.ended:
            return f", ended {self.ended:%Y-%m-%dT%H:%MZ}"
        if self.backlog or self.since is None:
            return ""
        return f", since {self.since:%Y-%m-%d}"


class GraphNode(Value):
    """A repository (`owner/name`), or what is outside: `npm/lodash`, `host:...`, `env:prod`."""

    id: str
    depth: int | None = Field(
        default=None, exclude_if=lambda value: value is None, description="steps from `node`"
    )
    exposure: Phase | None = _optional(None, "when it needs it, by its worst way")
    environment: str | None = _optional()
    via: list[str] = _optional([], "the way there")
    score: float | None = _optional()
    why: str = _optional("", "in words: data from repositories")
    url: str | None = _optional(None, "its page, or its clone here")

    def reading(self) -> str:
        """One line."""
        told = [
            *([self.exposure.value] if self.exposure else []),
            *([self.environment] if self.environment else []),
            *([f"via {' > '.join(self.via)}"] if len(self.via) > 2 else []),
        ]
        how = f" ({', '.join(told)})" if told else ""
        return f"{self.id}{how}{f': {self.why}' if self.why else ''}"


class Entry(NamedTuple):
    """A node with the edges that say why it is there. `group` is its wave or its cycle."""

    node: GraphNode | None = None
    edges: tuple[GraphEdge, ...] = ()
    group: int | None = None


class DependencyGraph(Answer):
    """Nodes and edges, most important first."""

    query: Query
    node: str | None = Field(description="what was asked about")
    counts: dict[str, int] = Field(description="of all, before the cut: by exposure, `env:...`")
    waves: list[list[str]] = _optional([], "of `order`: each wave after the ones before it")
    cycles: list[list[str]] = _optional([])
    nodes: list[GraphNode] = _optional([])
    edges: list[GraphEdge] = _optional([])
    mermaid: str = _optional("", "a diagram instead of nodes and edges")
    omitted: Omitted
    unlooked: list[str] = _optional([], "what the graph doesn't know")
    next: list[Next] = _optional([])

    def reading(self) -> str:
        """What was asked, then each node with its evidence, then what is not known."""
        lines = [*lead(self.as_of, self.coverage, self.note), self._title()]
        groups = self.waves or self.cycles
        if self.mermaid:
            lines += ["```mermaid", self.mermaid, "```"]
        elif groups:
            lines += self._grouped(groups)
        else:
            lines += self._listed()
        if self.omitted.count:
            lines.append(f"{self.omitted.count} more: give more max_tokens, or narrow it")
        lines += [f"Not known: {each}" for each in self.unlooked]
        lines += [f"Next: {each.tool} {json.dumps(each.arguments)}" for each in self.next]
        return "\n".join([*lines, QUOTED])

    def _title(self) -> str:
        on = "on " if self.query == "skew" else ""
        told = ", ".join(f"{count} {on}{word}" for word, count in self.counts.items())
        of = f" of {self.node}" if self.node else ""
        return f"{self.query}{of}: {told or 'nothing seen'}"

    def _grouped(self, groups: Sequence[Sequence[str]]) -> list[str]:
        word = "Wave" if self.waves else "Cycle"
        nodes = {node.id: node for node in self.nodes}
        edges = self._by_source()
        lines: list[str] = []
        for number, names in enumerate(groups, 1):
            lines.append(f"{word} {number}: {counted(len(names), 'repository', 'repositories')}")
            for name in names:
                node = nodes.get(name)
                lines.append(f"- {node.reading() if node else name}")
                lines += [f"  {edge.reading()}" for edge in edges.get(name, ())]
        return lines

    def _listed(self) -> list[str]:
        told = {node.id for node in self.nodes}
        edges: dict[str, list[GraphEdge]] = {}
        for edge in self.edges:
            edges.setdefault(edge.source if edge.source in told else edge.to, []).append(edge)
        lines = [
            line
            for node in self.nodes
            for line in (
                f"- {node.reading()}",
                *(f"  {edge.reading()}" for edge in edges.get(node.id, ())),
            )
        ]
        lost = [edge for edge in self.edges if told.isdisjoint((edge.source, edge.to))]
        return lines + [f"- {edge.reading()}" for edge in lost]

    def _by_source(self) -> dict[str, list[GraphEdge]]:
        edges: dict[str, list[GraphEdge]] = {}
        for edge in self.edges:
            edges.setdefault(edge.source, []).append(edge)
        return edges


class Told(NamedTuple):
    """What a question found, before it is cut.

    `rest` says how many entries were not even made, `sizes` how many nodes there are of each depth,
    or of each wave.
    """

    node: str | None
    entries: Sequence[Entry]
    counts: dict[str, int]
    note: str = ""
    next: tuple[Next, ...] = ()
    rest: int = 0
    sizes: Mapping[int, int] = MappingProxyType({})


def cut(
    told: Told,
    max_tokens: int,
    build: Callable[[Sequence[Entry]], DependencyGraph],
) -> DependencyGraph:
    """The answer with as many leading entries as the budget holds."""
    answer = fit(told.entries, max_tokens, build)
    if told.entries and not (answer.nodes or answer.edges or answer.mermaid):
        narrow = f"max_tokens={max_tokens} holds no line: give more"
        note = "; ".join(each for each in (answer.note, narrow) if each)
        return answer.model_copy(update={"note": note})
    return answer


def grouped(entries: Sequence[Entry]) -> list[list[str]]:
    """The names of each wave or cycle, in their order."""
    groups: dict[int, list[str]] = {}
    for entry in entries:
        if entry.group is not None and entry.node is not None:
            groups.setdefault(entry.group, []).append(entry.node.id)
    return [groups[number] for number in sorted(groups)]


def nodes_of(entries: Sequence[Entry]) -> list[GraphNode]:
    """Every node; its own address only where no line of it is told, whose address begins so."""
    return [
        entry.node.model_copy(update={"url": None})
        if _has_a_line(entry.node, entry.edges)
        else entry.node
        for entry in entries
        if entry.node
    ]


def _has_a_line(node: GraphNode, edges: Sequence[GraphEdge]) -> bool:
    lines = [each.url for edge in edges for each in edge.evidence if each.url]
    return any(line.startswith(f"{node.url}/") for line in lines)


def edges_of(entries: Sequence[Entry]) -> list[GraphEdge]:
    """Every edge of these entries, once."""
    seen: dict[tuple[object, ...], GraphEdge] = {}
    for entry in entries:
        for edge in entry.edges:
            seen.setdefault((edge.source, edge.to, edge.kind, edge.name, edge.ended), edge)
    return list(seen.values())


def omitted(told: Told, kept: Sequence[Entry]) -> Omitted:
    """What a cut left out, and the worst way in which it is exposed."""
    left = told.entries[len(kept) :]
    exposures = [entry.node.exposure for entry in left if entry.node and entry.node.exposure]
    worst = min(exposures, key=list(Phase).index).value if exposures else None
    return Omitted(count=len(left) + told.rest, worst=worst)
