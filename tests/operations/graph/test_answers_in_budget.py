"""Whatever a fleet is like, an answer keeps its budget: also what is no line of it is bounded."""

import random

import pytest
from tests.operations.graph.sights import asked, number, sight
from tests.operations.graph.test_asking import ask, of_git
from tests.operations.rooms import Yard
from tests.operations.scans.fleet import fleet_of, package, taken

from opsroom.operations.graph.answer import Query
from opsroom.operations.graph.impact import impact_of
from opsroom.operations.graph.nodes import Meant
from opsroom.operations.graph.path import path
from opsroom.operations.scans.recording import ScanResult, record_scans

NAMES = [f"acme/{'long-' * 8}{place}" for place in range(120)]
QUESTIONS: tuple[tuple[Query, str, str], ...] = (
    ("dependents", NAMES[0], ""), ("dependencies", NAMES[0], ""), ("path", NAMES[0], NAMES[9]),
    ("impact", NAMES[0], ""), ("order", NAMES[0], ""), ("cycles", "", ""), ("hotspots", "", ""),
    ("orphans", "", ""), ("skew", "npm/lodash", ""), ("skew", NAMES[0], ""), ("changed", "", ""),
    ("causes", "", ""), ("dependents", "npm/lodash<4.17.21", ""),
)  # fmt: skip


@pytest.mark.anyio
async def test_every_question_in_every_budget(yard: Yard) -> None:
    draw = random.Random(5)
    async with fleet_of(yard, *NAMES) as room:
        looks: list[ScanResult] = []
        for name in NAMES:
            those = [draw.choice(NAMES).rpartition("/")[2] for _ in range(6)]
            needs = [of_git(each, f"{draw.randrange(9)}.0-{'x' * 30}", 3) for each in those]
            needs.append(package("lodash", f"4.17.{draw.randrange(22)}", direct=True, line=2))
            looks.append(ScanResult(f"github.com/{name}", taken(room, needs)))
        await record_scans(room, looks)
        over: list[tuple[Query, str, int, int]] = []
        for query, node, to in QUESTIONS:
            for form in ("", "mermaid"):
                for budget in (400, 2_000, 9_000):
                    more = {"format": form} if form else {}
                    told = await ask(room, query, node, to, max_tokens=budget, **more)
                    if told.tokens > budget:
                        over.append((query, form, budget, told.tokens))
        assert over == []


def test_environments_without_end_are_counted_and_few_are_named() -> None:
    users = [f"r{place}" for place in range(300)]
    seen = sight("\n".join(f"{each} -> base" for each in users), environments={"r0": "prod"} | {
        each: f"e{place}" for place, each in enumerate(users[1:])
    } | {"r1": "prod"})  # fmt: skip
    counts = impact_of(asked(seen, "base")).counts
    assert counts["env:prod"] == 2
    assert counts["more environments"] == 299 - 12
    assert len(counts) == 2 + 12 + 1


def test_ways_without_number_are_many() -> None:
    steps = [
        f"n{place} -> {side}{place}\n{side}{place} -> n{place + 1}"
        for place in range(60)
        for side in "ab"
    ]
    seen = sight("\n".join(steps))
    told = path(asked(seen, "n0"), Meant("acme/n60", (number(seen, "n60"),)))
    assert told.note == "one of more than 1,000 shortest ways"
