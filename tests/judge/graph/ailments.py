"""Symptoms, changes and edges for tests of root causes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from opsroom.judge.graph.symptoms import Change, Surroundings, Symptom
from opsroom.model.link import Edge, LinkKind, Phase, Sure

T = datetime(2026, 11, 1, 12, tzinfo=UTC)
HUB = 1
PYTHON = ".github/workflows/python.yml"
NODE = ".github/workflows/node.yml"


def minutes(count: float) -> datetime:
    """So many minutes after the usual change."""
    return T + timedelta(minutes=count)


def edge(
    source: int,
    target: int = HUB,
    part: str = PYTHON,
    kind: LinkKind = "workflow",
    phase: Phase = Phase.CI,
    path: str = ".github/workflows/ci.yml",
    version: str = "main",
    sure: Sure = Sure.CERTAIN,
) -> Edge:
    """One edge, usually to a reusable workflow of the hub."""
    return Edge(source, target, kind, "", path, 7, part, version, phase, True, sure, "", 1)


def package(source: int, target: int, phase: Phase = Phase.RUNTIME, version: str = "") -> Edge:
    """One edge of a package."""
    return edge(source, target, "", "package", phase, "package.json", version)


def red(repository: int, after: float = 30, signature: str = "same", **more: Any) -> Symptom:
    """A failure so many minutes after the usual change."""
    return Symptom(repository, minutes(after), signature=signature, **more)


def commit(target: int = HUB, after: float = 0, **more: Any) -> Change:
    """A commit; those of the hub lead to its branch."""
    given: dict[str, Any] = {"reference": f"c{target}", "versions": ("main",), **more}
    return Change(target, "commit", minutes(after), **given)


def around(
    edges: Iterable[Edge],
    well: Mapping[int, Sequence[datetime]] | None = None,
    unlooked: Iterable[int] = (),
) -> Surroundings:
    """What is known of the edges, and of who is well."""
    by_source: dict[int, list[Edge]] = {}
    by_target: dict[int, list[Edge]] = {}
    for each in edges:
        by_source.setdefault(each.source, []).append(each)
        by_target.setdefault(each.target, []).append(each)
    return Surroundings(
        lambda node: by_source.get(node, ()),
        lambda node: by_target.get(node, ()),
        well or {},
        frozenset(unlooked),
    )
