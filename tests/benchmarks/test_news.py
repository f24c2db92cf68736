"""From a commit in a clone to whoever listens: SSE, and `resources/updated` of both eras."""

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import httpx2
from tests.benchmarks import listeners
from tests.benchmarks.bench import Bench, opsroom
from tests.benchmarks.clones import git
from tests.benchmarks.listeners import Audience, Connect
from tests.benchmarks.measure import Figure, Series, Table, shown

SSE, HTTP, HTTP_OLD = "SSE", "MCP over HTTP, 2026-07-28", "MCP over HTTP, 2025-11-25"
STDIO, STDIO_OLD = "MCP over stdio, 2026-07-28", "MCP over stdio, 2025-11-25"
CROWD = 200
COMMITTERS = 30
"""Clones that are committed to, in turn."""

APART = 2.5
"""Seconds between two commits in one clone: a resource is announced at most once a second."""

AIM = 150.0
"""Milliseconds for the slowest of a hundred."""

FIRST = 60.0
"""Seconds for the first word, before which a fleet has to be looked at."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of listening, by so many at once."""

    name: str
    size: int
    connect: Connect


def resource(clone: Path) -> str:
    """Its address on the MCP surface."""
    return f"opsroom://repos/{clone.parent.name}/{clone.name}"


def word(clone: Path, way: Way) -> str:
    """What a listener reads when that clone has changed."""
    if way.name == SSE:
        return f'"repository":"{clone.parent.name}/{clone.name}"'
    return resource(clone)


def commit(clone: Path) -> float:
    """Commit, and give the time at which it was done."""
    git(clone, "commit", "--quiet", "--allow-empty", "--message", "news")
    return time.perf_counter()


async def latencies(way: Way, clones: Sequence[Path], rounds: int) -> Series:
    """Seconds from each commit to each listener, without a first round in every clone."""
    audience = Audience(way.size)
    taken: list[float] = []
    async with AsyncExitStack() as stack, anyio.create_task_group() as tasks:
        for _ in range(way.size):
            source = await way.connect(stack, [resource(clone) for clone in clones])
            tasks.start_soon(audience.hear, source)
        free_at = dict.fromkeys(clones, 0.0)
        for number in range(len(clones) + rounds):
            clone = clones[number % len(clones)]
            await anyio.sleep_until(free_at[clone])
            audience.listen_for(word(clone, way))
            done = await anyio.to_thread.run_sync(commit, clone)
            free_at[clone] = anyio.current_time() + APART
            with anyio.fail_after(FIRST):
                await audience.everybody.wait()
            if number >= len(clones):
                taken += [heard - done for heard in audience.heard]
        tasks.cancel_scope.cancel()
    return Series(tuple(taken))


@asynccontextmanager
async def centre(bench: Bench, count: int) -> AsyncGenerator[int]:
    """A centre that has looked at all clones; gives its port."""
    environment = bench.environment("news")
    config = bench.scratch / "opsroom.toml"
    config.write_text(f'[[source]]\nkind = "directory"\npath = "{bench.folder(count)}"\n')
    command = opsroom("serve", "--port", "0", "--config", config)
    async with await anyio.open_process(command, env=environment, stdin=None) as process:
        try:
            assert process.stderr is not None
            told = await listeners.until(process.stderr, b"/\n")
            port = int(told.decode().rpartition(":")[2].strip("/\n"))
            async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
                with anyio.fail_after(FIRST):
                    while (await http.get("/api/summary")).json()["coverage"]["fresh"] < count:
                        await anyio.sleep(0.1)
            yield port
        finally:
            process.terminate()


async def measure(bench: Bench, count: int, clones: Sequence[Path]) -> dict[Way, Series]:
    """Every way, one after the other: one listener, and where it can be, a crowd."""
    rounds, crowd = bench.size(200, 8), bench.size(CROWD, 10)
    taken: dict[Way, Series] = {}
    async with centre(bench, count) as port:
        ways = {
            SSE: listeners.events(port),
            HTTP: listeners.http_modern(port),
            HTTP_OLD: listeners.http_legacy(port),
        }
        for name, connect in ways.items():
            for size in (1, crowd):
                way = Way(name, size, connect)
                taken[way] = await latencies(way, clones, rounds if size == 1 else rounds // 4)
    for name, modern in ((STDIO, True), (STDIO_OLD, False)):
        environment = bench.environment("news-stdio")
        command = opsroom("stdio", bench.folder(count))
        way = Way(name, 1, listeners.stdio(command, environment, modern=modern))
        taken[way] = await latencies(way, clones, rounds)
    return taken


def test_news(bench: Bench) -> None:
    count = bench.size(200, 40)
    clones = [clone for clone in bench.clones(count) if int(clone.name[-4:]) % 10 > 6]
    taken = anyio.run(measure, bench, count, clones[:COMMITTERS])
    percent = bench.size(99, 50)
    bench.report(
        Table(
            title=f"From a commit in one of {count:,} clones to who listens",
            source=Path(__file__).stem,
            figures=[
                Figure(f"p{percent}, {way.name}, one listener", _ms(series, percent), "ms", AIM)
                for way, series in taken.items()
                if way.size == 1
            ],
            columns=("way", "listeners", "p50", "p99", "commits"),
            sides=[
                (
                    way.name,
                    str(way.size),
                    shown(_ms(series, 50), "ms"),
                    shown(_ms(series, 99), "ms"),
                    str(len(series.values) // way.size),
                )
                for way, series in taken.items()
            ],
            note=(
                "From the end of `git commit` to the arrival at the listener. All listeners of a "
                "crowd are read by one process on the same machine, which is part of what they see."
            ),
        )
    )


def _ms(series: Series, percent: int) -> float:
    return series.percentile(percent) * 1000
