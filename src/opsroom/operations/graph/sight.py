"""The graph as one caller sees it: of repositories that are there for it, and of nothing else.

What leads over a repository that a caller may not see is no way, no count and no evidence for it.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from opsroom.judge.graph.targets import shown
from opsroom.judge.wording import counted
from opsroom.model.health import Grade
from opsroom.model.link import Edge, Phase, Sure
from opsroom.model.text import plain
from opsroom.operations.fleet import Row
from opsroom.operations.graph.answer import Evidence, GraphEdge, GraphNode
from opsroom.operations.graph.pages import page

if TYPE_CHECKING:
    from opsroom.judge.graph.followed import Fleet
    from opsroom.judge.graph.graph import Graph
    from opsroom.judge.graph.phased import Phased
    from opsroom.store.link_history import Look

PLACES = 1
"""Places that an edge names; the others are counted: each costs a reader a hundred tokens."""
VERSIONS = 4
NOT_IN_FULL = "not read in full"
"""How `Held.unknown` tells of files that a look found, and could not read."""
PHASES, SURES = list(Phase), list(Sure)
GUESSED = re.compile(r"image:|chart:|git:\*/")
"""How names begin that somebody may be called by: what follows is the name."""
ADDRESS = re.compile(rf"{GUESSED.pattern}|githubactions/|git:[^/]+/")
"""How names begin in which the name of a repository follows."""


@dataclass(frozen=True)
class Sight:
    """Rows by the ids of repositories, and the edges among them by who needs.

    `looks` are those that edges name as their first, `commits` the newest that was looked at of
    each repository, `unknown` says of which nothing or not all is known, and why, `unread` are
    files that nobody could read there. `inner` are edges from a repository to itself, `pairs` the
    edges as `needs` gives them, each repository's since somebody asked.
    """

    rows: Mapping[int, Row]
    edges: Mapping[int, Sequence[Edge]]
    looks: "Mapping[int, Look]" = field(default_factory=dict[int, Any])
    commits: Mapping[int, str] = field(default_factory=dict[int, str])
    unknown: Mapping[int, str] = field(default_factory=dict[int, str])
    unread: Mapping[int, frozenset[str]] = field(default_factory=dict[int, frozenset[str]])
    revision: int = 0
    inner: Mapping[int, Sequence[Edge]] = field(default_factory=dict[int, Any])
    pairs: dict[int, dict[int, list[Edge]]] = field(default_factory=dict[int, Any])

    def drawn_as(self, before: "Sight") -> "Sight":
        """The same, with the graphs of one that has the same edges between the same ids."""
        for name in ("graph", "phased", "fleet"):
            if name in before.__dict__:
                self.__dict__[name] = before.__dict__[name]
        return self

    @cached_property
    def ids(self) -> dict[str, int]:
        """The id of each repository by its key."""
        return {row.repository.key: number for number, row in self.rows.items()}

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The id of each repository by its name."""
        return {row.name: number for number, row in self.rows.items()}

    @cached_property
    def grades(self) -> dict[str, Grade]:
        """The grade of each repository by its name."""
        return {row.name: row.health.grade for row in self.rows.values()}

    @cached_property
    def graph(self) -> "Graph":
        """Who needs whom. The first call on a large fleet takes a while: ask in a thread."""
        from opsroom.judge.graph.graph import Graph

        pairs = [(each.source, each.target) for each in self._all()]
        return Graph.build([pair[0] for pair in pairs], [pair[1] for pair in pairs], self.rows)

    @cached_property
    def phased(self) -> "Phased":
        """Who needs whom, and when."""
        from opsroom.judge.graph.phased import Phased

        found = list(self._all())
        return Phased.build(
            [each.source for each in found],
            [each.target for each in found],
            [each.phase for each in found],
            self.rows,
        )

    @cached_property
    def fleet(self) -> "Fleet":
        """Who needs which part of whom, and when."""
        from opsroom.judge.graph.followed import Fleet
        from opsroom.judge.graph.parts import parted

        return Fleet(self.phased, self.edges, parted(self.edges, self.inner))

    def _all(self) -> Iterable[Edge]:
        return (edge for edges in self.edges.values() for edge in edges)

    def name(self, number: int) -> str:
        """What a repository is called."""
        return self.rows[number].name

    def needs(self, source: int) -> dict[int, list[Edge]]:
        """What a repository needs directly, with every edge that says so, gravest first."""
        found = self.pairs.get(source)
        if found is None:
            found = dict[int, list[Edge]]()
            for edge in sorted(self.edges.get(source, ()), key=_gravity):
                found.setdefault(edge.target, []).append(edge)
            self.pairs[source] = found
        return found

    def gravity(self, source: int, target: int) -> tuple[int, ...]:
        """How grave and sure it is that one needs another directly: less is graver."""
        return _gravity(self.needs(source)[target][0])

    def told(
        self, source: int, target: int, carries: Callable[[Edge], bool] | None = None
    ) -> tuple[GraphEdge, ...]:
        """The edges from one to another as answers tell them: one a kind; of those that carry a
        change, if that is asked for."""
        kinds: dict[str, list[Edge]] = {}
        for edge in self.needs(source).get(target, ()):
            if carries is None or carries(edge):
                kinds.setdefault(edge.kind, []).append(edge)
        return tuple(self._edge(edges) for edges in kinds.values())

    def _edge(self, edges: Sequence[Edge]) -> GraphEdge:
        first = edges[0]
        look = self.looks.get(min(edge.since for edge in edges))
        places = list(dict.fromkeys((edge.path, edge.line) for edge in edges))
        return GraphEdge(
            source=self.name(first.source),
            to=self.name(first.target),
            kind=first.kind,
            name=name_of(first, self.name(first.target)),
            versions=versions(edge.version for edge in edges),
            phase=first.phase,
            sure=min((edge.sure for edge in edges), key=SURES.index),
            indirect=not any(edge.direct for edge in edges),
            since=look.at if look and not look.first else None,
            backlog=bool(look and look.first),
            places=len(places) if len(places) > PLACES else 0,
            evidence=[self.evidence(first.source, *place) for place in places[:PLACES]],
        )

    def evidence(self, number: int, path: str, line: int, commit: str = "") -> Evidence:
        """A line of a repository, at the newest commit that was looked at or at another one; of a
        file that nobody could read there the file alone."""
        if not commit and path in self.unread.get(number, ()):
            return Evidence(file=plain(path))
        commit = commit or self.commits.get(number, "")
        row = self.rows[number]
        return Evidence(
            file=plain(path), line=line, commit=commit, url=page(row, commit, path, line)
        )

    def node(self, number: int, **more: Any) -> GraphNode:
        """A repository as answers tell it."""
        row = self.rows[number]
        environment = row.repository.environment
        return GraphNode(
            id=row.name, environment=environment, url=row.url or row.snapshot.path, **more
        )

    def unlooked(self, among: Iterable[int] | None = None) -> list[str]:
        """What the graph doesn't know of these repositories, most first, and what to do."""
        reasons: dict[str, list[str]] = {}
        partly = ""
        for number in self.unknown if among is None else among:
            if reason := self.unknown.get(number):
                if NOT_IN_FULL in reason:
                    partly = reason = partly or reason
                reasons.setdefault(reason, []).append(self.name(number))
        if len(reasons.get(partly, ())) > 1:
            example = partly.partition(": ")[2] or partly
            reasons[f"some files were {NOT_IN_FULL}, e.g. {example}"] = reasons.pop(partly)
        ordered = sorted(reasons.items(), key=lambda each: (-len(each[1]), each[0]))
        return [plain(f"{_repositories(names)}: {reason}", 300) for reason, names in ordered[:5]]

    def nothing_seen(self) -> str:
        """What an answer without edges is worth."""
        seen = len(self.rows) - len(self.unknown)
        return f"nothing seen in {seen} of {counted(len(self.rows), 'repository', 'repositories')}"


def _repositories(names: Sequence[str]) -> str:
    if len(names) <= 3:
        return ", ".join(sorted(names))
    return f"{len(names)} repositories ({', '.join(sorted(names)[:2])}, ...)"


def _gravity(edge: Edge) -> tuple[int, ...]:
    return PHASES.index(edge.phase), SURES.index(edge.sure), not edge.direct


def name_of(edge: Edge, to: str = "") -> str:
    """Under which name it is asked for, as people write it; of the repository `to`, asked for by
    the name that it has, only which part."""
    part = f"/{edge.part}" if edge.part else ""
    called = ADDRESS.sub("", shown(edge.name), count=1)
    by_convention = edge.kind in ("image", "chart") and shown(edge.name).endswith(f"/{to.lower()}")
    if to and (called.lower() == to.lower() or by_convention):
        return plain(edge.part, 120)
    return plain(f"{called if GUESSED.match(edge.name) else shown(edge.name)}{part}", 120)


def versions(found: Iterable[str]) -> list[str]:
    """Versions, each once."""
    told = [plain(version, 40) for version in dict.fromkeys(found) if version]
    return [*told[:VERSIONS], *(["..."] if len(told) > VERSIONS else [])]
