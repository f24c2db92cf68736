"""Links of a large fleet in the store: kept, asked for by name, and met with who answers."""

import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
from tests.benchmarks.bench import Bench
from tests.benchmarks.measure import Figure, Series, Table, seconds, shown
from tests.judge.builders import hosted, remote
from tests.store.samples import NOW

from opsroom.judge.graph.supplies import identity_of
from opsroom.model.link import Link, Supply, Sure
from opsroom.operations.graph.held import graph
from opsroom.operations.graph.meeting import about
from opsroom.operations.room import Room
from opsroom.settings import Settings
from opsroom.store.link_differences import Taken
from opsroom.store.link_history import history
from opsroom.store.link_saving import save, save_identities
from opsroom.store.links import links_to, names_like
from opsroom.store.meta import next_revision
from opsroom.store.snapshots import save_snapshots

EACH, WITHIN = 200, 20
"""Links of a repository, and how many of them lead to others of the fleet."""
TOGETHER = 50
"""Repositories that are recorded in one transaction."""
DIRECT = 0.01
"""Seconds that a direct look-up may take, 99 times of 100."""


@dataclass(slots=True)
class Measured:
    """What a run took, in seconds; `filled` is links written a second, `size` bytes a link."""

    filled: float = 0.0
    size: float = 0.0
    edges: int = 0
    first: float = 0.0
    popular: int = 0
    times: dict[str, Series] = field(default_factory=dict[str, Series])


def taken(number: int, count: int, draw: random.Random, version: int = 0) -> Taken:
    """What one repository asks for and publishes: most ask for the same, few for the rest."""
    inside = {f"pkg:npm/own-{int(draw.random() ** 2 * count)}" for _ in range(WITHIN)}
    outside: set[str] = set()
    while len(inside) + len(outside) < EACH:
        outside.add(f"pkg:npm/package-{int(draw.random() ** 3 * count * 20)}")
    links = tuple(
        Link(target, "package", "package-lock.json", line, version=f"1.{place % 7}.{version}")
        for place, (line, target) in enumerate(
            zip(range(5, 5 + 9 * EACH, 9), sorted(inside | outside), strict=True)
        )
    )
    own = Supply(f"pkg:npm/own-{number}", "package.json", 2, "1.0.0", Sure.STRONG)
    return Taken(f"{number:040x}", links, (own,))


async def fill(room: Room, count: int) -> dict[int, Taken]:
    """Repositories with their names and links."""
    names = [f"acme/r{number}" for number in range(count)]
    snapshots = [
        hosted(key=f"github.com/{name}", name=name, remote=remote(id=name, full_name=name))
        for name in names
    ]
    async with room.store.write() as connection:
        revision = await next_revision(connection)
        ids = list((await save_snapshots(connection, snapshots, revision, NOW)).values())
        known = {
            number: identity_of(about(each)) for number, each in zip(ids, snapshots, strict=True)
        }
        await save_identities(connection, NOW, known, revision)
    draw = random.Random(5)
    looked = {number: taken(place, count, draw) for place, number in enumerate(ids)}
    for start in range(0, count, TOGETHER):
        some = {number: looked[number] for number in ids[start : start + TOGETHER]}
        async with room.store.write() as connection:
            await save(connection, NOW, some, await next_revision(connection))
    return looked


def moved(before: Taken, turn: int) -> Taken:
    """The same with another version of one thing, and every line below it one further."""
    place = turn % len(before.links)
    links = [
        Link(each.target, each.kind, each.path, each.line + 1, version=each.version)
        for each in before.links
    ]
    links[place] = Link(links[place].target, "package", "package-lock.json", 1, version=f"9.{turn}")
    return Taken(f"{turn:040x}", tuple(links), before.supplies)


async def timed(question: Callable[[int], Awaitable[object]], rounds: int) -> Series:
    took: list[float] = []
    for turn in range(rounds):
        began = time.perf_counter()
        await question(turn)
        took.append(time.perf_counter() - began)
    return Series(tuple(took))


async def measured(home: Path, count: int, rounds: int) -> Measured:
    told = Measured()
    async with Room(Settings(home=home), watches=False, clock=lambda: NOW) as room:
        await room.open()
        began = time.perf_counter()
        looked = await fill(room, count)
        told.filled = count * EACH / (time.perf_counter() - began)
        began = time.perf_counter()
        held = await graph(room)
        told.first = time.perf_counter() - began
        told.edges = sum(len(each) for each in held.edges.values())
        await _ask(room, told, looked, rounds)
    told.size = room.store.place.file.stat().st_size / (count * EACH)
    return told


async def _ask(room: Room, told: Measured, looked: Mapping[int, Taken], rounds: int) -> None:
    draw, ids, count = random.Random(8), sorted(looked), len(looked)
    rare = [f"pkg:npm/package-{draw.randrange(count, count * 20)}" for _ in range(rounds)]

    async def saved(turn: int) -> None:
        number = ids[turn * 7 % count]
        async with room.store.write() as connection:
            later = {number: moved(looked[number], turn)}
            at = NOW + timedelta(minutes=1 + turn)
            await save(connection, at, later, await next_revision(connection))

    async def same(turn: int) -> None:
        number = ids[(turn * 7 + 3) % count]
        async with room.store.write() as connection:
            some = {number: looked[number]}
            await save(connection, NOW, some, await next_revision(connection))

    async def updated(turn: int) -> None:
        await saved(turn + rounds)
        began = await graph(room)
        assert began.revision

    async def read(of: Callable[[Any, int], Awaitable[object]], turns: int) -> Series:
        async def question(turn: int) -> None:
            async with room.store.read() as connection:
                await of(connection, turn)

        return await timed(question, turns)

    await read(lambda c, turn: links_to(c, [rare[turn]]), 3)
    told.times = {
        "who uses a package": await read(lambda c, turn: links_to(c, [rare[turn]]), rounds),
        "a look that saw the same": await timed(same, rounds),
        "a look that saw another version, and every line moved": await timed(saved, rounds),
        "that, and the graph brought up to date": await timed(updated, rounds),
        "what moved since": await read(lambda c, _: history(c, NOW), 5),
        "names like a word": await read(lambda c, turn: names_like(c, f"own-{turn}", 8), 5),
        "who uses the most used": await read(lambda c, _: links_to(c, ["pkg:npm/package-0"]), 5),
    }
    async with room.store.read() as connection:
        told.popular = len(await links_to(connection, ["pkg:npm/package-0"]))


def rows(told: Measured) -> Sequence[Sequence[str]]:
    return [
        [name, *seconds(series), shown(series.percentile(99) * 1000, "ms")]
        for name, series in told.times.items()
    ]


def test_links_in_the_store(bench: Bench) -> None:
    count, rounds = bench.size(10_000, 150), bench.size(300, 40)
    home = bench.scratch / "links"
    home.mkdir()
    told = anyio.run(measured, home, count, rounds)
    direct = told.times["who uses a package"].percentile(99)
    assert told.edges > count * WITHIN / 2
    bench.report(
        Table(
            title=f"Links in the store: {count:,} repositories, {count * EACH:,} links",
            source="test_store",
            figures=[
                Figure("who uses a package, 99 of 100", direct * 1000, "ms", DIRECT * 1000),
                Figure("links written", told.filled, "a second"),
                Figure("the file, for each link", told.size, "bytes"),
                Figure(f"the graph read for the first time, {told.edges:,} edges", told.first, "s"),
            ],
            columns=["", "median", "middle half", "99 of 100"],
            sides=rows(told),
            note=f"SQLite. The most used package is used {told.popular:,} times. What is recorded "
            "is compared with what is current: rows that are the same are not written.",
        )
    )
