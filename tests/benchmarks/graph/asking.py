"""Questions to a room, each with what it took and how long it let nothing else run."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import anyio
from tests.benchmarks.measure import Series
from tests.store.samples import NOW

TICK = 0.002
"""Seconds from one look at the clock to the next."""


class Clock:
    """A clock that a minute passes on before each question: no answer is remembered so long."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_a_minute(self) -> None:
        self.now += timedelta(minutes=1)


@dataclass(slots=True)
class Asked:
    """Seconds of each round, and the longest for which the event loop stood still."""

    series: Series
    stall: float


class Watch:
    """Something else that wants to run all the time; `longest` is what it had to wait, in
    seconds."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def run(self) -> None:
        """Until it is cancelled."""
        before = time.perf_counter()
        while True:
            await anyio.sleep(TICK)
            now = time.perf_counter()
            self.longest = max(self.longest, now - before - TICK)
            before = now


async def timed(clock: Clock, question: Callable[[int], Awaitable[object]], rounds: int) -> Asked:
    """Ask so many times, after a minute each."""
    took: list[float] = []
    watch = Watch()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watch.run)
        await anyio.sleep(2 * TICK)
        watch.longest = 0.0
        for turn in range(rounds):
            clock.pass_a_minute()
            began = time.perf_counter()
            await question(turn)
            took.append(time.perf_counter() - began)
            await anyio.sleep(2 * TICK)
        tasks.cancel_scope.cancel()
    return Asked(Series(tuple(took)), watch.longest)
