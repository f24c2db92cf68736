"""Every question to the graph of a large fleet, through the whole house: from store to answer."""

import gc
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from tests.benchmarks.bench import Bench
from tests.benchmarks.graph.asking import Asked, Clock, timed
from tests.benchmarks.graph.house import (
    ACTION,
    EACH,
    HUB,
    PACKAGES,
    SOURCE,
    fill,
    name_of,
    package_of,
    taken,
)
from tests.benchmarks.graph.weighing import megabytes
from tests.benchmarks.measure import Figure, Table, seconds, shown

from opsroom.errors import NotFound
from opsroom.operations.completion import complete
from opsroom.operations.findings.documents import closure
from opsroom.operations.graph.answer import Format, Query
from opsroom.operations.graph.asking import dependency_graph
from opsroom.operations.graph.picture import picture
from opsroom.operations.room import Room
from opsroom.settings import Settings
from opsroom.store.link_saving import save
from opsroom.store.links import links_to
from opsroom.store.meta import next_revision

STALL = 0.05
"""Seconds for which a question may let nothing else run."""
DIRECT = 0.01
"""Seconds that a look-up in the store may take, 99 times of 100."""
ANSWER = 3.0
"""Seconds in which everything is answered; a question about one repository in a tenth of that."""

Question = Callable[[int], Awaitable[object]]


@dataclass(slots=True)
class Measured:
    """What a run took, by question; `weight` is megabytes, `size` bytes a link in the file."""

    first: Asked | None = None
    moved: Asked | None = None
    weight: float = 0.0
    size: float = 0.0
    direct: Asked | None = None
    scanned: float = 0.0
    asked: dict[str, Asked] = field(default_factory=dict[str, Asked])


def questions(room: Room, count: int) -> dict[str, Question]:
    """One of each kind: about one in the middle, about the one that all need, about what all use
    from outside, about the whole."""
    draw = random.Random(3)

    def ask(query: Query, node: Callable[[], str], to: str = "", form: Format = "json") -> Question:
        async def question(_: int) -> object:
            return await dependency_graph(room, query, node(), to, None, "", "1h", form, 4000)

        return question

    def some() -> str:
        return name_of(int(draw.random() ** 2 * count))

    def rare() -> str:
        return f"npm/package-{draw.randrange(count, count * PACKAGES)}"

    async def unknown(_: int) -> None:
        with suppress(NotFound):
            await dependency_graph(room, "dependents", "npm/pakage", "", None, "", "", "json", 4000)

    hub, last = name_of(HUB), name_of(count - 1)
    action, popular = ACTION.removeprefix("pkg:"), "npm/package-0"
    return {
        "dependents of one": ask("dependents", some),
        "dependents of the one that all need": ask("dependents", lambda: hub),
        "dependents of what all use": ask("dependents", lambda: action),
        "dependents of some versions of it": ask("dependents", lambda: f"{popular}<1.4"),
        "dependencies": ask("dependencies", some),
        "path": ask("path", lambda: last, hub),
        "path to what all use": ask("path", lambda: last, action),
        "impact": ask("impact", some),
        "impact of the one that all need": ask("impact", lambda: hub),
        "order": ask("order", some),
        "order of the one that all need": ask("order", lambda: hub),
        "order of what all use": ask("order", lambda: action),
        "cycles": ask("cycles", lambda: ""),
        "hotspots": ask("hotspots", lambda: ""),
        "orphans": ask("orphans", lambda: ""),
        "skew": ask("skew", rare),
        "skew of what all use": ask("skew", lambda: popular),
        "changed": ask("changed", lambda: ""),
        "causes": ask("causes", lambda: ""),
        "Mermaid": ask("order", lambda: hub, form="mermaid"),
        "CycloneDX": lambda turn: closure(room, name_of(count // 2 + turn)),
        "an unknown name": unknown,
        "a name completed": lambda turn: complete(room, "node", f"package-{turn}", {}),
        "the page of the fleet": lambda _: picture(room, "", ""),
        "the page of the one that all need": lambda _: picture(room, hub, ""),
        "the page of what all use": lambda _: picture(room, action, ""),
    }


async def measured(home: Path, count: int, rounds: int) -> Measured:
    told, clock = Measured(), Clock()
    settings = Settings(home=home, sources=(SOURCE,))
    async with Room(settings, watches=False, clock=clock) as room:
        await room.open()
        ids = await fill(room, count)
    gc.collect()
    gc.freeze()  # what the tests hold is no burden of a process that answers
    async with Room(settings, watches=False, clock=clock) as room:
        await room.open()
        asking = questions(room, count)
        told.first = await timed(clock, asking["orphans"], 1)
        draw = random.Random(9)

        async def moved(turn: int) -> None:
            place = count - 1 - turn
            began = time.perf_counter()
            async with room.store.write() as connection:
                looked = {ids[place]: taken(place, count, draw)}
                await save(connection, clock(), looked, await next_revision(connection))
            told.scanned = max(told.scanned, time.perf_counter() - began)
            await asking["dependents of one"](turn)

        async def direct(turn: int) -> None:
            async with room.store.read() as connection:
                await links_to(connection, [package_of(count // 2 + turn)])

        told.direct = await timed(clock, direct, rounds * 10)
        told.moved = await timed(clock, moved, rounds)
        for name, question in asking.items():
            await question(rounds)  # what only the first of its kind does: import, prepare
            told.asked[name] = await timed(clock, question, rounds)
    gc.unfreeze()
    told.weight = megabytes("VmRSS")
    told.size = room.store.place.file.stat().st_size / (count * EACH)
    return told


def test_questions_to_the_graph(bench: Bench) -> None:
    count, rounds = bench.size(10_000, 250), bench.size(9, 3)
    home = bench.scratch / "questions"
    home.mkdir()
    told = anyio.run(measured, home, count, rounds)
    assert told.first
    assert told.moved
    assert told.direct
    slowest = max(each.series.percentile(99) for each in told.asked.values())
    of_one = ("dependents of one", "dependencies", "path", "impact", "orphans", "skew")
    near = max(told.asked[name].series.percentile(99) for name in of_one)
    longest = max(each.stall for each in (told.moved, *told.asked.values()))
    bench.report(
        Table(
            title=f"Questions to the graph: {count:,} repositories, {count * EACH:,} links",
            source="test_questions",
            figures=[
                Figure(
                    "who uses a package, from the store, 99 of 100",
                    told.direct.series.percentile(99) * 1000,
                    "ms",
                    DIRECT * 1000,
                ),
                Figure("the first question after a start", told.first.series.median, "s"),
                Figure("a look at one repository recorded, at most", told.scanned * 1000, "ms"),
                Figure("about one repository, 99 of 100", near, "s", ANSWER / 10),
                Figure("the slowest of all", slowest, "s", ANSWER),
                Figure("nothing else could run, at most", longest * 1000, "ms", STALL * 1000),
                Figure("the process in memory", told.weight, "MB"),
                Figure("the file, for each link", told.size, "bytes"),
            ],
            columns=["", "median", "middle half", "99 of 100", "nothing else ran"],
            sides=[
                [
                    name,
                    *seconds(each.series),
                    shown(each.series.percentile(99) * 1000, "ms"),
                    shown(each.stall * 1000, "ms"),
                ]
                for name, each in (
                    ("after a look at one repository", told.moved),
                    *told.asked.items(),
                )
            ],
            note="SQLite. A minute passes before each question, so that no answer is remembered: "
            "only the graph is held. What all use is used twice by every repository.",
        )
    )
