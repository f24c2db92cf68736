"""In a running centre: a pass over clones in which nothing moved, beside one that looks at all."""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
from tests.benchmarks.bench import Bench
from tests.benchmarks.measure import Figure, Series, Table, seconds

from opsroom.operations.room import Room
from opsroom.settings import for_paths, load

GATED, FULL = "gated pass", "full pass"


async def _timed(do: Callable[[], Awaitable[None]]) -> float:
    begun = time.perf_counter()
    await do()
    return time.perf_counter() - begun


async def _measure(room: Room, rounds: int, count: int) -> dict[str, Series]:
    """Interleaved rounds over one open room, whose monitors do not run."""
    (source,) = room.settings.directories
    taken: dict[str, list[float]] = {GATED: [], FULL: []}
    async with room:
        await room.open()
        await room.lookout.pass_over(source)
        assert len(room.lookout.known) == count
        for _ in range(rounds):
            looked = {path: known.looked for path, known in room.lookout.known.items()}
            taken[GATED].append(await _timed(lambda: room.lookout.pass_over(source)))
            assert looked == {path: known.looked for path, known in room.lookout.known.items()}
            room.lookout.known.clear()
            taken[FULL].append(await _timed(lambda: room.lookout.pass_over(source)))
            assert len(room.lookout.known) == count
    return {name: Series(tuple(values)) for name, values in taken.items()}


def test_pass(bench: Bench) -> None:
    count, rounds = bench.size(1000, 100), bench.size(5, 3)
    bench.clones(count)
    environment = bench.environment("pass")
    settings = for_paths([bench.folder(count)], load(None, None, environment))
    took = anyio.run(_measure, Room(settings, watches=False), rounds, count)
    gives = {
        GATED: "which clones there are, and that none of them moved",
        FULL: "the same, and every fact, judged and recorded anew",
    }
    bench.report(
        Table(
            title=f"A pass over {count:,} unchanged clones, in a running centre",
            source=Path(__file__).stem,
            figures=[
                Figure.ratio(
                    "of what a gated pass takes, a full one takes",
                    took[FULL],
                    took[GATED],
                    limit=20.0,
                    at_least=True,
                )
            ],
            columns=("side", "median", "spread", "what it gives"),
            sides=[(name, *seconds(series), gives[name]) for name, series in took.items()],
            note=f"{rounds} rounds.",
        )
    )
