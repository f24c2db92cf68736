"""Taking up runs: those that were queued, wherever, and those that a killed process left."""

from typing import TYPE_CHECKING

import anyio

from opsroom.model.run import Run, RunState
from opsroom.operations.fleet import Row
from opsroom.operations.scans.desk import Desk, Order, Ticket, Urgency
from opsroom.operations.scans.progress import Progress
from opsroom.operations.scans.requests import NOBODY, OPEN, WORKFLOW, can_be_seen
from opsroom.operations.scans.subject import is_for_us
from opsroom.store.runs import load_runs, load_steps

if TYPE_CHECKING:
    from opsroom.operations.room import Room

PAUSE = 1.0
"""Seconds between two looks for queued runs."""

AGAIN = 30.0
AGAIN_A_STEP = 0.05
"""Seconds after which a run is gone through again, as who was to do a step may have gone: so many,
and so many more for each of its steps."""

MOST = 200
"""Runs that are taken up at the same time; the others wait."""

FEW = 20
"""So many new repositories at once don't wait behind a fleet that is new as a whole."""

URGENCIES = {
    "person": Urgency.ASKED,
    "agent": Urgency.ASKED,
    "moved": Urgency.MOVED,
    "discovery": Urgency.NEW,
}


class TakingUp:
    """Puts the open steps of runs on the desk, each once, as far as they are for this process."""

    def __init__(self, room: "Room", desk: Desk, progress: Progress) -> None:
        self._room = room
        self._desk = desk
        self._progress = progress
        self._known: dict[str, float] = {}
        """When each run is to be gone through again."""
        self._taken: set[Ticket] = set()

    async def run(self) -> None:
        """Look for runs, until cancelled."""
        while True:
            version = self._room.store.version
            await self.take_up()
            await anyio.sleep(PAUSE)
            with anyio.move_on_after(AGAIN):
                while version == self._room.store.version:
                    await self._room.store.changed()

    async def take_up(self) -> None:
        """Every open run that is new, or was not gone through for a while."""
        await self._room.refresh()
        now = anyio.current_time()
        async with self._room.store.read() as connection:
            runs = await load_runs(connection, states=OPEN, workflow=WORKFLOW, limit=MOST)
            due = [run for run in runs if now >= self._known.get(run.id, 0.0)]
            steps = {run.id: await load_steps(connection, run.id) for run in due}
        self._known = {run.id: self._known.get(run.id, 0.0) for run in runs}
        self._taken = {ticket for ticket in self._taken if ticket[0] in self._known}
        rows = {row.name: row for row in self._room.fleet} if due else {}
        for run in due:
            self._known[run.id] = now + AGAIN + AGAIN_A_STEP * run.total
            for position, step in enumerate(steps[run.id]):
                if not step.status.ended:
                    self._take(run, (run.id, position), step.repository, rows)

    def _take(self, run: Run, ticket: Ticket, name: str, rows: dict[str, Row]) -> None:
        if ticket in self._taken:
            return
        row = rows.get(name)
        if row is not None and is_for_us(self._room, row):
            self._taken.add(ticket)
            scanners = run.inputs.get("scanners", "")
            urgency = URGENCIES.get(run.asked_by, Urgency.ROUTINE)
            if urgency is Urgency.NEW and run.total <= FEW:
                urgency = Urgency.MOVED  # it came into a fleet that waits for nothing, or for hours
            self._desk.put(
                [
                    Order(
                        row.repository.key,
                        urgency,
                        frozenset(scanners.split(",")) if scanners else None,
                        {ticket},
                    )
                ]
            )
        elif self._room.owner and (row is None or not can_be_seen(self._room, row)):
            self._taken.add(ticket)
            why = "it is no longer here" if row is None else NOBODY
            self._progress.note([ticket], name, RunState.FAILED, why)
