"""Graphs by hand: repositories by short names, and the edges among them as lines of text.

api -> base: image 1.2 build Dockerfile:1
"""

import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import cast

from tests.judge.builders import hosted, remote

from opsroom.model.health import Grade, Health
from opsroom.model.link import Edge, LinkKind, Phase, Sure
from opsroom.operations.fleet import Row
from opsroom.operations.graph.asked import Asked
from opsroom.operations.graph.nodes import Meant
from opsroom.operations.graph.sight import Sight
from opsroom.store.link_history import Look

LINE = re.compile(
    r"(?P<source>\S+) -> (?P<target>\S+?)"
    r"(?:: (?P<kind>\w+)(?: (?P<version>[\d.]+))?(?: (?P<phase>runtime|build|ci|development))?"
    r"(?: (?P<sure>certain|strong|likely))?(?: (?P<path>\S+?):(?P<line>\d+))?)?"
)
COMMIT = "c" * 40
LATER = datetime(2026, 11, 1, tzinfo=UTC)


def row(name: str, environment: str | None = None, grade: Grade = Grade.GREEN) -> Row:
    full = f"acme/{name}"
    told = remote(id=full, full_name=full, url=f"https://github.com/{full}")
    snapshot = hosted(key=f"github.com/{full}", name=full, remote=told)
    repository = snapshot.repository.model_copy(update={"environment": environment})
    snapshot = snapshot.model_copy(update={"repository": repository})
    return Row(snapshot, Health(grade=grade, score=90), ())


def sight(
    text: str,
    unknown: Collection[str] = (),
    environments: dict[str, str] | None = None,
    alone: Collection[str] = (),
) -> Sight:
    """The ids of repositories are their places in the order of names."""
    found = [LINE.fullmatch(line.strip()) for line in text.strip().splitlines() if line.strip()]
    parts = [each.groupdict() for each in found if each]
    assert len(parts) == len(found), "a line that is none"
    names = sorted(
        {each[end] for each in parts for end in ("source", "target")} | {*unknown, *alone}
    )
    ids = {name: number for number, name in enumerate(names, 1)}
    edges: dict[int, list[Edge]] = {}
    for each in parts:
        edge = Edge(
            source=ids[each["source"]],
            target=ids[each["target"]],
            kind=cast("LinkKind", each["kind"] or "package"),
            name=f"pkg:npm/{each['target']}",
            path=each["path"] or "package.json",
            line=int(each["line"] or 3),
            part="",
            version=each["version"] or "",
            phase=Phase(each["phase"] or "runtime"),
            direct=True,
            sure=Sure(each["sure"] or "certain"),
            supply="package.json",
            since=1,
        )
        edges.setdefault(edge.source, []).append(edge)
    rows = {ids[name]: row(name, (environments or {}).get(name)) for name in names}
    return Sight(
        rows=rows,
        edges=edges,
        looks={1: Look(1, LATER, COMMIT, True), 2: Look(1, LATER, COMMIT, False)},
        commits=dict.fromkeys(rows, COMMIT),
        unknown={ids[name]: "no scanner has looked at it yet" for name in unknown},
    )


def number(seen: Sight, name: str) -> int:
    return seen.ids[f"github.com/acme/{name}"]


def everybody(_: int) -> bool:
    return True


def asked(
    seen: Sight,
    name: str = "",
    depth: int | None = None,
    meant: Meant | None = None,
    wants: Callable[[int], bool] = everybody,
) -> Asked:
    own = Meant(f"acme/{name}", (number(seen, name),)) if name else Meant("")
    return Asked(seen, meant or own, depth, wants)
