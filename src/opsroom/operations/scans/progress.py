"""How runs get on: steps that ended are written together, once in a while, and told of seldom."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio

from opsroom.model.run import Run, RunState, RunStep
from opsroom.operations.scans.desk import Ticket
from opsroom.operations.scans.requests import STEP, end_if_done, told
from opsroom.store.journal import append
from opsroom.store.runs import save_steps

if TYPE_CHECKING:
    from opsroom.operations.room import Room
    from opsroom.store.database import Connection

WRITE_EVERY = 1.0
TELL_EVERY = 30.0
"""Seconds between two events that say how far a run is."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A step that ended, or that begins now. `error` is empty unless it failed."""

    ticket: Ticket
    repository: str
    status: RunState
    error: str = ""


class Progress:
    """The steps of this process that have yet to be written."""

    def __init__(self, room: "Room") -> None:
        self._room = room
        self._steps: dict[Ticket, Ended] = {}
        self._news = anyio.Event()
        self._told: dict[str, float] = {}

    def note(
        self, tickets: Iterable[Ticket], repository: str, status: RunState, error: str
    ) -> None:
        """Let a step be written soon."""
        for ticket in tickets:
            self._steps[ticket] = Ended(ticket, repository, status, error)
            self._news.set()

    async def keep(self) -> None:
        """Write what there is to write, until cancelled."""
        while True:
            await self._news.wait()
            await anyio.sleep(WRITE_EVERY)
            self._news = anyio.Event()
            await self.write()

    async def write(self) -> None:
        """Write every step that ended since the last time, and what that makes of its run."""
        steps, self._steps = self._steps, {}
        if not steps:
            return
        runs: dict[str, list[Ended]] = {}
        for ended in steps.values():
            runs.setdefault(ended.ticket[0], []).append(ended)
        try:
            async with self._room.store.write() as connection:
                for run_id, ended_steps in runs.items():
                    for ended in ended_steps:
                        step = RunStep(
                            step=STEP,
                            repository=ended.repository,
                            status=ended.status,
                            error=ended.error,
                        )
                        await save_steps(connection, run_id, [step], first=ended.ticket[1])
                    run = await end_if_done(self._room, connection, run_id)
                    await self._tell(connection, run)
        except BaseException:
            self._steps = {**steps, **self._steps}
            self._news.set()
            raise

    async def _tell(self, connection: "Connection", run: Run | None) -> None:
        """Say how far a run is, but not often."""
        if run is None or run.status.ended:
            self._told.pop(run.id if run else "", None)
            return
        now = anyio.current_time()
        if now - self._told.setdefault(run.id, now) >= TELL_EVERY:
            self._told[run.id] = now
            what = f"{run.done} of {run.total} repositories are done"
            await append(connection, [told("run.step", run, what)], self._room.now())
