"""Mermaid: a diagram that GitHub and other pages draw, from the entries of an answer.

Names are text of strangers: each stands quoted, and whatever Mermaid could read is written as the
number of its character. Mermaid refuses more than 500 edges and 50,000 characters: what comes first
is drawn, and the rest is one node that counts it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from opsroom.model.health import Grade
from opsroom.model.link import Phase, Sure
from opsroom.model.text import plain
from opsroom.operations.graph.answer import Entry, GraphEdge, GraphNode

MOST_EDGES = 400
MOST_NODES = 250
MOST_CHARACTERS = 45_000
"""Below Mermaid's own limits (`maxEdges`, `maxTextSize`), which pages that draw it keep."""
LONGEST_LABEL = 60

SPELLED = re.compile(
    r"[\x00-\x7fﬂ°¶ß](?<![0-9A-Za-z_ /@+.-])|^[-+.](?=\s)|(?<=^\d)\.(?=\s)|(?<=^\d\d)\.(?=\s)"
)
"""What is written as a number: anything of Mermaid's own, with what it writes numbers by while it
reads (`ﬂ°°35¶ß`), and what would begin a list."""

COLOURS = {
    Grade.RED: "fill:#ffd7d5,stroke:#cf222e,color:#24292f",
    Grade.YELLOW: "fill:#fff8c5,stroke:#9a6700,color:#24292f",
    Grade.GREEN: "fill:#dafbe1,stroke:#1a7f37,color:#24292f",
}


def label(text: str) -> str:
    """A text as Mermaid shows it, whatever stands in it."""
    cut = plain(text, LONGEST_LABEL).strip() or "?"
    return SPELLED.sub(lambda found: f"#{ord(found[0])};", cut)


def diagram(
    entries: Sequence[Entry], grades: Mapping[str, Grade], left: int, word: str = ""
) -> tuple[str, int]:
    """The diagram of these entries, and how many of them are not in it.

    `left` are more that are not given, and counted in it. `word` names their groups. Of an entry
    with more edges than fit, as many are drawn as do.
    """
    drawn = _Drawing(grades)
    for position, entry in enumerate(entries):
        if not drawn.add(entry):
            most = entry.edges[: max(0, MOST_EDGES - drawn.edges) // 2]
            while most and not drawn.add(entry._replace(edges=most)):
                most = most[: len(most) // 2]
            undrawn = len(entries) - position
            return drawn.text(left + undrawn, word), undrawn
    return drawn.text(left, word), 0


class _Drawing:
    """A diagram that grows until it is as large as pages draw."""

    def __init__(self, grades: Mapping[str, Grade]) -> None:
        self._grades = grades
        self._ids: dict[str, str] = {}
        self._groups: dict[int | None, list[str]] = {}
        self._edges: dict[tuple[object, ...], str] = {}
        self._classes: dict[Grade, list[str]] = {}
        self._size = 0

    @property
    def edges(self) -> int:
        """How many are drawn."""
        return len(self._edges)

    def add(self, entry: Entry) -> bool:
        """Draw an entry; False when it would be too much."""
        edges = {_key(edge): edge for edge in entry.edges if _key(edge) not in self._edges}
        names = self._new_names(entry.node, edges.values())
        size = sum(len(label(name)) + 24 for name in names)
        size += sum(len(_word(edge)) + 24 for edge in edges.values())
        if (
            self._size + size > MOST_CHARACTERS
            or len(self._edges) + len(edges) > MOST_EDGES
            or len(self._ids) + len(names) > MOST_NODES
        ):
            return False
        self._size += size
        for name in names:
            own = entry.node is not None and name == entry.node.id
            self._put(name, entry.group if own else None)
        for key, edge in edges.items():
            ends = self._ids[edge.source], self._ids[edge.to]
            self._edges[key] = f'{ends[0]} {_arrow(edge)}|"{_word(edge)}"| {ends[1]}'
        return True

    def _new_names(self, node: GraphNode | None, edges: Iterable[GraphEdge]) -> list[str]:
        names = [node.id] if node else []
        names += [name for edge in edges for name in (edge.source, edge.to)]
        return [name for name in dict.fromkeys(names) if name not in self._ids]

    def _put(self, name: str, group: int | None) -> None:
        id_ = self._ids[name] = f"n{len(self._ids) + 1}"
        self._groups.setdefault(group, []).append(f'{id_}["{label(name)}"]')
        if (grade := self._grades.get(name)) is not None and grade in COLOURS:
            self._classes.setdefault(grade, []).append(id_)

    def text(self, left: int, word: str) -> str:
        """What was drawn, and a node that counts what wasn't."""
        lines = ["flowchart LR"]
        for group, nodes in sorted(self._groups.items(), key=lambda each: each[0] or 0):
            if group is not None and word:
                inner = [f"    {node}" for node in nodes]
                lines += [f'  subgraph g{group}["{label(word)} {group}"]', *inner, "  end"]
            else:
                lines += [f"  {node}" for node in nodes]
        lines += [f"  {edge}" for edge in self._edges.values()]
        if left:
            lines.append(f'  more["and {left} more"]')
        for grade, ids in self._classes.items():
            lines.append(f"  classDef {grade.value} {COLOURS[grade]}")
            lines.append(f"  class {','.join(ids)} {grade.value}")
        return "\n".join(lines)


def _key(edge: GraphEdge) -> tuple[object, ...]:
    return edge.source, edge.to, edge.kind, tuple(edge.versions)


def _arrow(edge: GraphEdge) -> str:
    """Solid where it is there when something runs or is built; dotted where only CI needs it."""
    return "-->" if edge.phase in (Phase.RUNTIME, Phase.BUILD) else "-.->"


def _word(edge: GraphEdge) -> str:
    versions = f" {', '.join(edge.versions[:2])}" if edge.versions else ""
    likely = ", likely" if edge.sure is Sure.LIKELY else ""
    return label(f"{edge.kind}{versions}{likely}")
