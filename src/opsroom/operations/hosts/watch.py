"""Watching one source of a host, by the one process that claims it.

    a sweep | a webhook | a question | time
      -> the queue: which repositories, how urgently
      -> full looks, as the budget allows
      -> recorded, and with them what set them off

Each loop is a module beside this one; what they share is here.
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import anyio

from opsroom.clients.host import Host, HostError, Priority, Swept
from opsroom.errors import OpsroomError
from opsroom.logs import cause
from opsroom.model.budget import Cadence
from opsroom.model.heard import Heard
from opsroom.operations.hosts.queue import Queue
from opsroom.operations.hosts.reach import Reach
from opsroom.operations.hosts.retries import Retries
from opsroom.operations.hosts.rhythm import Rhythm
from opsroom.operations.hosts.signal import Signal
from opsroom.settings import HostSource
from opsroom.store.deliveries import handled

if TYPE_CHECKING:
    from opsroom.operations.room import Room

log = logging.getLogger("opsroom.hosts")

PAUSE = 5.0
"""Seconds before a loop that failed is started again."""

TELLING = 900.0
"""Seconds since the last webhook in which the host counts as telling by itself."""

ASKED = "asked"
"""The event of what is no webhook: somebody in another process waits for a look."""

UNDATED = datetime.min.replace(tzinfo=UTC)

Loop = Callable[["HostWatch"], Awaitable[None]]


class HostWatch:
    """What the loops of one source share. Times are seconds of `anyio.current_time`."""

    def __init__(self, room: "Room", source: HostSource, host: Host) -> None:
        every = source.sweep_every
        self.room = room
        self.source = source
        self.host = host
        self.queue = Queue()
        self.retries = Retries()
        self.reach = Reach()
        self.rhythm = Rhythm(every.total_seconds() if every else None)

        self.swept: dict[str, Swept] = {}
        """What the last sweep showed of each repository, by its id."""
        self.swept_at: datetime | None = None
        self.whole_at: datetime | None = None
        """When the last sweep began, and the last one that was to list everything."""
        self.whole = True
        """Whether the next sweep has to list everything."""
        self.first = True
        """Whether the first round of full looks is still under way."""
        self.looked: dict[str, float] = {}
        """When each was last looked at in full."""

        self.moved_at: dict[str, datetime] = {}
        """When the host says that what the last sweep showed as moved did move."""

        self.telling: dict[str, list[Heard]] = {}
        """Deliveries whose repository has yet to be looked at, by its id."""
        self.unswept: list[Heard] = []
        """Deliveries that wait for a sweep."""
        self.heard_at: float | None = None
        self.hooks: set[str] = set()
        """The webhooks that sent something here."""
        self.hooks_told = False
        """Whether the host shows which deliveries failed."""

        self.low: frozenset[str] = frozenset()
        """The buckets of which it was told that they are low."""

        self.alerting: set[str] = set()
        """Repositories of whose alerts something was heard."""
        self.stirred: dict[str, Priority] = {}
        """Repositories of whose CI something moved, so that its runs are worth asking for."""
        self.tries: dict[str, int] = {}
        """How often it was asked in vain for the runs of a repository, or why one failed."""
        self._to_stir: dict[str, float] = {}
        self.newest_run: dict[str, datetime] = {}

        self.to_sweep, self.to_look, self.to_list, self.to_run = (Signal() for _ in range(4))
        self._held: dict[Priority, float] = {}
        self._answers: dict[str, list[anyio.Event]] = {}

    @property
    def owner(self) -> str:
        """Whose repositories; empty: all that an App is installed for."""
        return self.source.owner or ""

    @property
    def cadence(self) -> Cadence:
        """How often a fleet of this size can be asked about inside the budget."""
        return self.host.cadence(max(1, len(self.swept)))

    @property
    def is_told(self) -> bool:
        """Whether webhooks come, and what is missed of them would be found."""
        recently = self.heard_at is not None and anyio.current_time() - self.heard_at < TELLING
        return recently and self.hooks_told

    @property
    def sweep_every(self) -> float:
        """Seconds between two sweeps, as things are."""
        return self.rhythm.sweep(self.cadence, heard=self.is_told)

    def whole_due(self, now: datetime) -> bool:
        """Whether it is time to list everything again."""
        if self.whole or self.whole_at is None:
            return True
        return (now - self.whole_at).total_seconds() >= self.rhythm.whole(self.cadence)

    def name_of(self, id_: str) -> str | None:
        """What the host calls a repository, as the last sweep showed."""
        found = self.swept.get(id_)
        return found.full_name if found else None

    def put(self, ids: Iterable[str], priority: Priority) -> None:
        """Let repositories wait for a look."""
        self.queue.put(ids, priority, anyio.current_time())
        self.to_look.give()

    def sweep_soon(self, *, whole: bool = False) -> None:
        """Sweep now rather than when it is time."""
        self.whole = self.whole or whole
        self.to_sweep.give()

    def stir(self, ids: Iterable[str], priority: Priority) -> None:
        """Ask for the runs of these repositories."""
        for id_ in ids:
            self.stirred[id_] = min(priority, self.stirred.get(id_, priority))
        self.to_run.give()

    def stir_later(self, id_: str, seconds: float) -> None:
        """Ask for the runs of a repository again after a while."""
        self._to_stir[id_] = anyio.current_time() + seconds

    def stir_due(self, now: float) -> None:
        """Ask for the runs for which it is time now."""
        due = [id_ for id_, at in self._to_stir.items() if at <= now]
        for id_ in due:
            del self._to_stir[id_]
        if due:
            self.stir(due, Priority.MOVED)

    def hold_back(self, priority: Priority, error: HostError) -> None:
        """The budget refuses looks of this urgency, and so of any that is less urgent."""
        wait = self.reach.delay(error, self.room.now())
        self._held[priority] = anyio.current_time() + wait

    def allowed(self, now: float) -> Priority:
        """The least urgent looks that the budget doesn't refuse now."""
        held = [priority for priority, until in self._held.items() if until > now]
        return Priority(max(0, min(held) - 1)) if held else Priority.ROUTINE

    def wait(self, now: float, lowest: Priority) -> float | None:
        """Seconds until something may be taken from the queue; None: until more is put in."""
        ends = [until - now for until in self._held.values() if until > now]
        due = self.queue.wait(now, lowest)
        return min([*ends, *([] if due is None else [due])], default=None)

    async def ask(self, id_: str, seconds: float) -> bool:
        """Have one repository looked at because somebody waits; False: not in that time."""
        if not self.reach.is_open:
            return False
        answered = anyio.Event()
        self._answers.setdefault(id_, []).append(answered)
        self.put([id_], Priority.ASKED)
        with anyio.move_on_after(seconds):
            await answered.wait()
        return answered.is_set()

    def superseded(self, ids: Iterable[str]) -> list[Heard]:
        """Deliveries that ask for no more than a newer one that waits for the same look.

        They no longer wait: of a repository that no look can tell of, webhooks must not pile up
        until those of others are not read any more.
        """
        dropped: list[Heard] = []
        for id_ in set(ids) & self.telling.keys():
            waiting = sorted(self.telling[id_], key=lambda each: each.at or UNDATED)
            kept = {each.event == ASKED: each for each in waiting}
            self.telling[id_] = list(kept.values())
            dropped += [each for each in waiting if each not in self.telling[id_]]
        return dropped

    async def handled(self, told: Collection[Heard]) -> None:
        """What these deliveries asked for was done."""
        if told:
            async with self.room.store.write() as connection:
                await handled(connection, [each.delivery for each in told], self.room.now())

    def answer(self, ids: Collection[str]) -> None:
        """These were looked at, or could not be."""
        for id_ in ids:
            for answered in self._answers.pop(id_, ()):
                answered.set()

    async def run(self, loops: Collection[Loop]) -> None:
        """Keep all loops going until cancelled."""
        async with anyio.create_task_group() as tasks:
            for loop in loops:
                tasks.start_soon(self._keep_going, loop)

    async def _keep_going(self, loop: Loop) -> None:
        """A loop that fails is started again: one bad moment must not blind the fleet."""
        while True:
            try:
                with cause("host"):
                    await loop(self)
            except OpsroomError as error:
                log.warning("%s: %s", self.source.key, error)
            except Exception:
                log.exception("%s: %s failed", self.source.key, loop.__module__)
            await anyio.sleep(PAUSE)
