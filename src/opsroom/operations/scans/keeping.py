"""Scanning for as long as a room is open: what is due by itself, and what anybody asks for.

    a row of the fleet moved | a day went by | other scanners or rules
      -> is anything due? (a few small files, no process)  -> a run in the store
    a run in the store, whoever queued it
      -> the desk -> workers: laid out once, looked at, recorded -> its steps

Who owns the store looks at the clones of this machine; who watches a host at what lies there alone.
"""

import logging
import threading
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from opsroom.clients.background import Background, background
from opsroom.errors import OpsroomError
from opsroom.logs import cause
from opsroom.model.repository import RepositoryState
from opsroom.model.run import RunState
from opsroom.operations.fleet import Row
from opsroom.operations.scans.desk import Desk, Order, Urgency
from opsroom.operations.scans.due import REASONS, Due, Patience, what_is_due
from opsroom.operations.scans.equipment import Equipment, equip
from opsroom.operations.scans.looking import CORES, Bench
from opsroom.operations.scans.one import scan_one
from opsroom.operations.scans.progress import Progress
from opsroom.operations.scans.requests import request
from opsroom.operations.scans.taking_up import TakingUp

if TYPE_CHECKING:
    from opsroom.operations.room import Room

log = logging.getLogger("opsroom.scan")

AFTER_OPENING = 3.0
"""Seconds before the first round: who only asks something and goes begins nothing."""

PAUSE = 2.0
"""Seconds between two rounds, and before a loop that failed is started again."""

GATHERING = 20.0
"""Seconds between two rounds while very many wait: what comes in between makes one run."""

SETTLING = 10.0
"""Seconds before a repository that goes on moving is looked into again."""

GLANCE_EVERY = 60.0
"""Seconds between two rounds in a quiet fleet, and before what failed may be due again."""

REST_AFTER = 60.0
"""Seconds between two looks whether workers, which hold hundreds of megabytes, may rest."""

EQUIP_EVERY = 60.0
"""Seconds between two looks which scanners are here."""

MANY = 100
"""So many repositories that wait are no burst, but a fleet that is scanned for the first time."""

FETCH_EVERY = 1.0
"""Seconds between two repositories that are fetched from hosts, by each worker, unasked."""

AT_ONCE = 50
"""Repositories of which it is found out in one go whether anything is due."""

Loop = Callable[[], Awaitable[None]]


async def keep_scanning(room: "Room") -> None:
    """Scan what is due and what is asked for, until cancelled; then programs are ended at once."""
    await anyio.sleep(AFTER_OPENING)
    stop = threading.Event()
    background.set(Background(stop))
    keeper = Keeper(room)
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_end_programs, stop)
            for loop in keeper.loops:
                tasks.start_soon(_keep_going, loop)
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(keeper.bench.rest)


async def _end_programs(stop: threading.Event) -> None:
    """Threads can't be cancelled, but what they wait for can be ended."""
    try:
        await anyio.sleep_forever()
    finally:
        stop.set()


async def _keep_going(loop: Loop) -> None:
    """A loop that fails is started again."""
    while True:
        try:
            with cause("scan"):
                await loop()
        except OpsroomError as error:
            log.warning("scanning: %s", error)
        except Exception:
            log.exception("scanning failed")
        await anyio.sleep(PAUSE)


class Keeper:
    """What the loops of one room share."""

    def __init__(self, room: "Room") -> None:
        self.room = room
        self.desk = Desk()
        self.bench = Bench(room.settings.home)
        self.progress = Progress(room)
        self.patience = Patience(room.settings.scan.every)
        self.equipment = Equipment({}, {})
        self._equipped = anyio.Event()
        self.taking_up = TakingUp(room, self.desk, self.progress)
        self._checked: dict[str, tuple[Row, float]] = {}
        """Each row as it was when it was last found out what is due, and when."""

    @property
    def loops(self) -> Sequence[Loop]:
        """Everything that goes on beside each other."""
        workers = [partial(self._work, first=number == 0) for number in range(CORES)]
        lasting = (self._equip, self._find_due, self._rest, self.taking_up.run, self.progress.keep)
        return (*lasting, *workers)

    async def _equip(self) -> None:
        """Learn which scanners are here; a new one, or new rules, are a reason to look again."""
        while True:
            found = await anyio.to_thread.run_sync(equip, self.room.settings)
            if found.offers != self.equipment.offers:
                self.equipment = found
                self._checked.clear()
            self._equipped.set()
            await anyio.sleep(EQUIP_EVERY)

    async def _rest(self) -> None:
        """Give back the memory of workers that have nothing to do."""
        while True:
            await anyio.sleep(REST_AFTER)
            if not len(self.desk):
                await anyio.to_thread.run_sync(self.bench.rest)

    async def _find_due(self) -> None:
        """Order what is due: of rows that moved at once, of all from time to time."""
        every = self.room.settings.scan.every.total_seconds()
        round_at = anyio.current_time() + every
        while True:
            version = self.room.store.version
            await self.room.refresh()
            now = anyio.current_time()
            if now >= round_at:
                round_at = now + every
                self._checked.clear()
            await self._order([row for row in self.room.fleet if self._may_be_due(row, now)])
            await anyio.sleep(GATHERING if len(self.desk) > MANY else PAUSE)
            with anyio.move_on_after(GLANCE_EVERY):
                while version == self.room.store.version:
                    await self.room.store.changed()

    def _may_be_due(self, row: Row, now: float) -> bool:
        """Whether something may be due that was not when it was last found out."""
        key = row.repository.key
        if self.desk.holds(key) or row.repository.state is RepositoryState.GONE:
            return False
        known, at = self._checked.get(key, (None, 0.0))
        if known is None:
            return True
        if known is not row:
            return now >= at + SETTLING
        unknown = not row.scans or any(scan.reason is not None for scan in row.scans)
        return unknown and now >= at + GLANCE_EVERY

    async def _order(self, rows: list[Row]) -> None:
        """Queue a run for those of these rows for which a scan is due."""
        found: list[Due] = []
        if not self.equipment.offers:
            return
        for start in range(0, len(rows), AT_ONCE):
            some = rows[start : start + AT_ONCE]
            find = partial(what_is_due, self.room, some, self.equipment, self.patience)
            found += await anyio.to_thread.run_sync(find)
            now = anyio.current_time()
            self._checked |= {row.repository.key: (row, now) for row in some}
        for reason in REASONS:
            rows_due = [each.row for each in found if each.reason == reason]
            if rows_due:
                await request(self.room, rows_due, (), reason)

    async def _work(self, *, first: bool) -> None:
        """Look at one repository after the other.

        Of very many that nobody waits for only the first worker takes any: the others are free for
        what is more urgent. A host is not asked for one after the other without a pause.
        """
        await self._equipped.wait()  # before, every run would end at once, and nothing was done
        while True:
            order = await self.desk.take(
                lambda urgency: first or urgency <= Urgency.MOVED or len(self.desk) <= MANY
            )
            began = anyio.current_time()
            row = self.room.fleet.get(order.key)
            name = row.name if row else order.key
            error = "it was stopped before its end"
            try:
                error = await self._scan(order, row)
            except OpsroomError as failure:
                error = str(failure)
                raise
            except Exception as failure:
                error = f"it failed ({type(failure).__name__})"
                raise
            finally:
                self.desk.done(order)
                state = RunState.FAILED if error else RunState.DONE
                self.progress.note(order.tickets, name, state, error)
            if row is not None and not row.snapshot.clones and order.urgency > Urgency.MOVED:
                await anyio.sleep(max(0.0, began + FETCH_EVERY - anyio.current_time()))

    async def _scan(self, order: Order, row: Row | None) -> str:
        """Look at one repository now; gives why that failed, or nothing."""
        if row is None:
            return "it is no longer here"
        self.progress.note(order.tickets, row.name, RunState.RUNNING, "")
        seen = await scan_one(
            self.room,
            row,
            self.bench,
            self.equipment,
            self.patience,
            only=order.names,
            asked=order.urgency is Urgency.ASKED,
        )
        return "; ".join(f"{scan.scanner}: {scan.reason}" for scan in seen if scan.reason)
