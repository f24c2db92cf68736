"""The graph of a large fleet: ours, networkx, and plain rustworkx, question by question."""

import gc
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

from tests.benchmarks.bench import ROOT, Bench
from tests.benchmarks.graph.fleet import Asked, Fleet, asked, generated
from tests.benchmarks.graph.sides import Networkx, Ours, Side, Straight
from tests.benchmarks.graph.weighing import keep
from tests.benchmarks.measure import Figure, Series, Table, interleaved, shown

from opsroom.judge.graph.hotspots import hotspots

BUILD, DEPENDENTS = "build", "transitive dependents"
AT_LEAST = {BUILD: 10.0, DEPENDENTS: 3.0}
"""How many times as quick as networkx."""
PLAIN = 1.5
"""Times what plain rustworkx takes."""
FLOOR = 500e-6
"""Seconds; what is answered sooner is calls of Python more than algorithm: no ratio is asked."""

Question = tuple[Any, ...]
Measured = dict[str, Series]


def questions(fleet: Fleet, told: Asked) -> dict[str, tuple[str, list[Question]]]:
    """By what is asked: the method of each side, and what it is asked, time after time."""
    own: dict[int, list[int]] = {user: [] for user in told.users}
    for source, target in zip(fleet.sources, fleet.targets, strict=True):
        if source in own:
            own[source].append(target)
    moved = [(user, [*own[user][1:], -(1 + user)]) for user in own if own[user]]
    there_and_back = [
        each for user, targets in moved for each in ((user, targets), (user, own[user]))
    ]
    anything = [(node,) for node in told.any]
    return {
        "incremental update of one repository": ("replace", there_and_back),
        "direct dependents": ("sources", anything),
        "direct dependencies": ("targets", [(node,) for node in told.users]),
        DEPENDENTS: ("dependents", [(node,) for node in told.providers]),
        "transitive dependencies": ("dependencies", [(node,) for node in told.users]),
        "path": ("path", list(zip(told.users, told.providers, strict=True))),
        "impact by phase": ("impact", [(node,) for node in told.providers]),
        "waves of a change": ("waves", [(node,) for node in told.providers[:20]]),
    }


def timed(work: Callable[..., object], rows: Sequence[Question]) -> Callable[[], float]:
    """Asks the next question each time, from the first one on."""
    upcoming: Iterator[Question] = cycle(rows)

    def once() -> float:
        question = next(upcoming)
        begun = time.perf_counter()
        answer = work(*question)
        taken = time.perf_counter() - begun
        del answer
        return taken

    return once


def same(sides: dict[str, Side], told: Asked) -> None:
    """Every side gives the same answers, before their times are worth anything."""
    ours, *others = sides.values()
    for other in others:
        for node in (*told.any[:3], *told.any[-3:]):
            assert set(ours.dependents(node)) == set(other.dependents(node))
        for user, provider in zip(told.users[:5], told.providers[:5], strict=True):
            assert set(ours.dependencies(user)) == set(other.dependencies(user))
            assert ours.waves(provider) == other.waves(provider)
            one, another = ours.path(user, provider), other.path(user, provider)
            assert len(one or ()) == len(another or ())
            found, expected = ours.impact(provider), other.impact(provider)
            assert {node: each[:2] for node, each in found.items()} == {
                node: each[:2] for node, each in expected.items()
            }
        assert ours.cycles() == other.cycles()
        assert ours.ends() == other.ends()


def figures(what: str, series: Measured) -> Iterator[Figure]:
    """A question, beside both."""
    ours, networkx, straight = series["opsroom"], series["networkx"], series["plain rustworkx"]
    yield Figure.ratio(
        f"{what}: networkx / opsroom", networkx, ours, limit=AT_LEAST.get(what), at_least=True
    )
    yield Figure.ratio(
        f"{what}: opsroom / plain rustworkx",
        ours,
        straight,
        limit=PLAIN if ours.median > FLOOR else None,
    )


def row(what: str, series: Measured) -> list[str]:
    cells = [
        f"{shown(each.median * 1e3, 'ms')} / {shown(each.percentile(99) * 1e3, 'ms')}"
        for each in series.values()
    ]
    return [what, *cells]


def weight(name: str, columns: Path) -> tuple[float, float]:
    """Megabytes of a side in a process of its own: peak and held."""
    command = [sys.executable, "-m", "tests.benchmarks.graph.weighing", name, str(columns)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    peak, held = map(float, told.stdout.split())
    return peak, held


def test_algorithms(bench: Bench) -> None:
    sizes = bench.size(10_000, 500), bench.size(200_000, 10_000), bench.size(2_000_000, 100_000)
    fleet = generated(*sizes)
    told = asked(fleet, bench.size(50, 30))
    sides: dict[str, Side] = {
        "opsroom": Ours(), "networkx": Networkx(), "plain rustworkx": Straight()
    }  # fmt: skip
    measured: dict[str, Measured] = {}
    for what, method in ((BUILD, "build"), ("build, walked in both directions", "build_both")):
        measured[what] = interleaved(
            {name: timed(getattr(side, method), [(fleet,)]) for name, side in sides.items()},
            bench.size(2, 3),
        )
    for side in sides.values():
        side.phased(fleet)
    gc.collect()
    gc.freeze()
    try:
        same(sides, told)
        for what, (method, rows) in questions(fleet, told).items():
            measured[what] = interleaved(
                {name: timed(getattr(side, method), rows) for name, side in sides.items()},
                len(rows) - 1,
            )
        for what, method in (("order of all", "order"), ("cycles", "cycles"), ("ends", "ends")):
            measured[what] = interleaved(
                {name: timed(getattr(side, method), [()]) for name, side in sides.items()}, 2
            )
        ours = sides["opsroom"]
        assert isinstance(ours, Ours)
        begun = time.perf_counter()
        count = len(hotspots(ours.at))
        all_at_once = time.perf_counter() - begun
    finally:
        gc.unfreeze()
    one_by_one = {
        name: sum(series.values) / len(series.values) * count
        for name, series in measured[DEPENDENTS].items()
    }
    columns = bench.scratch / "graph.npz"
    keep(fleet, columns)
    weights = {name: weight(name, columns) for name in ("ours", "networkx", "straight")}
    bench.report(
        Table(
            f"The graph: {sizes[0]:,} repositories, {sizes[1]:,} packages, {sizes[2]:,} edges",
            "test_algorithms",
            [
                *(figure for what, series in measured.items() for figure in figures(what, series)),
                Figure("hotspots of all nodes, opsroom", all_at_once, "s"),
                Figure("memory at the peak of the build, opsroom", weights["ours"][0], "MB"),
            ],
            ["question, p50 / p99", *sides],
            [
                *(row(what, series) for what, series in measured.items()),
                [
                    "hotspots, by phase; others: dependents of each node, one by one, estimated",
                    shown(all_at_once, "s"),
                    *(shown(one_by_one[name], "s") for name in list(sides)[1:]),
                ],
                [
                    "memory, peak of the build / held",
                    *(f"{peak:,.0f} MB / {held:,.0f} MB" for peak, held in weights.values()),
                ],
            ],
            "The graph has repositories and packages as nodes: who uses a package needs it, and a "
            "published package needs its repository. Half of what is asked about is chosen by how "
            "much it is used. Ours gives distances and an order that is always the same, a way and "
            "a distance for each exposure, and the shortest cycle of each component, where the "
            "others give what they give: sets, any path, any cycle. A build of ours numbers edges "
            "and takes out duplicates; either direction is made when it is first walked: the "
            "second row and the memory are of both. Plain rustworkx does without "
            "`condensation` and `reverse`, which take minutes where a node has many edges.",
        )
    )
