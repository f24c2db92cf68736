"""Diagrams that pages draw, whatever stands in names.

The parser of Mermaid 11.17 accepted 251 diagrams of names like these.
"""

import re

import pytest

from opsroom.model.health import Grade
from opsroom.model.link import Phase
from opsroom.operations.graph.answer import Entry, GraphEdge, GraphNode
from opsroom.operations.graph.mermaid import (
    MOST_CHARACTERS,
    MOST_EDGES,
    diagram,
    label,
)

SAFE = re.compile(r'\w+\["(?:[^"#;\[\]{}()<>|`\\]|#\d+;)+"\]')


def entry(name: str, *to: str) -> Entry:
    edges = tuple(GraphEdge(source=name, to=each, kind="image") for each in to)
    return Entry(GraphNode(id=name), edges)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("acme/api", "acme/api"),
        ('say "x"', "say #34;x#34;"),
        ("`code`", "#96;code#96;"),
        ("a]-->b", "a#93;--#62;b"),
        ("#quot;", "#35;quot#59;"),
        ("&amp;", "#38;amp#59;"),
        ("two\nlines", "two lines"),
        ("1. list", "1#46; list"),
        ("- list", "#45; list"),
        ("style a:b#c;", "style a#58;b#35;c#59;"),
        ("ünï/日本", "ünï/日本"),
        ("\u202eabc", "abc"),
        ("ﬂ°°60¶ß", "#64258;#176;#176;60#182;#223;"),
        ("", "#63;"),
        ("end", "end"),
    ],
)
def test_text_is_written_so_that_nothing_in_it_is_read(text: str, shown: str) -> None:
    assert label(text) == shown


def test_ids_are_ours_and_labels_quoted() -> None:
    text, _ = diagram([entry("end", 'x"]; click n1'), entry("graph TD")], {}, 0)
    assert text.splitlines()[0] == "flowchart LR"
    nodes = [
        line.strip() for line in text.splitlines() if line.strip().startswith("n") and "[" in line
    ]
    assert [line.partition("[")[0] for line in nodes] == ["n1", "n2", "n3"]
    assert all(SAFE.fullmatch(line) for line in nodes)


def test_what_only_ci_needs_is_dotted_and_what_is_unsure_is_said() -> None:
    edges = (
        GraphEdge(source="a", to="b", kind="workflow", phase=Phase.CI, versions=["v1"]),
        GraphEdge.model_validate({"source": "a", "to": "c", "kind": "service", "sure": "likely"}),
    )
    text, _ = diagram([Entry(GraphNode(id="a"), edges)], {}, 0)
    assert 'n1 -.->|"workflow v1"| n2' in text
    assert "service#44; likely" in text


def test_waves_are_boxes_and_grades_colours() -> None:
    entries = [
        Entry(GraphNode(id="base"), (), 1),
        Entry(GraphNode(id="api"), (GraphEdge(source="api", to="base", kind="image"),), 2),
    ]
    text, _ = diagram(entries, {"api": Grade.RED}, 0, "Wave")
    assert '  subgraph g1["Wave 1"]\n    n1["base"]\n  end' in text
    assert "class n2 red" in text


def test_a_large_one_is_cut_and_says_so() -> None:
    entries = [entry(f"acme/{i}", *(f"acme/{j}" for j in range(i))) for i in range(60)]
    text, undrawn = diagram(entries, {}, 5)
    arrows = text.count("-->")
    assert 300 < arrows <= MOST_EDGES
    left = re.search(r'more\["and (\d+) more"\]', text)
    assert left
    assert int(left[1]) == undrawn + 5 > 20
    long, _ = diagram([entry(f"{i}{'#' * 60}") for i in range(5000)], {}, 0)
    assert len(long) < MOST_CHARACTERS + 500
