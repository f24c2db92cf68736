"""Watching one source of a host, by the one process that claims it.

    a sweep | a webhook | a question | time
      -> the queue: which repositories, how urgently
      -> full looks, as the budget allows
      -> recorded, and with them what set them off

Each loop is a module beside this one; what they share is here.
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import TYPE_CHECKING

import anyio

from opsroom.clients.host import Host, Priority, Swept
from opsroom.errors import OpsroomError
from opsroom.logs import cause
from opsroom.model.budget import Cadence
from opsroom.model.heard import Heard
from opsroom.operations.hosts.pace import Pace
from opsroom.operations.hosts.queue import Queue
from opsroom.operations.hosts.reach import Reach
from opsroom.settings import GithubSource as HostSource

if TYPE_CHECKING:
    from opsroom.operations.room import Room

log = logging.getLogger("opsroom.hosts")

PAUSE = 5.0
"""Seconds before a loop that failed is started again."""

TELLING = 600.0
"""Seconds since the last webhook in which the host counts as telling by itself."""


class Signal:
    """Something that others wait for, again and again."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def give(self) -> None:
        """Wake everybody who waits."""
        self._event.set()

    async def wait(self, seconds: float | None = None) -> bool:
        """Wait until it was given since the last time, but not longer; whether it was."""
        with anyio.move_on_after(seconds):
            await self._event.wait()
        given = self._event.is_set()
        if given:
            self._event = anyio.Event()
        return given


class HostWatch:
    """What the loops of one source share. Times are seconds of `anyio.current_time`."""

    def __init__(self, room: "Room", source: HostSource, host: Host) -> None:
        every = source.sweep_every
        self.room = room
        self.source = source
        self.host = host
        self.queue = Queue()
        self.reach = Reach()
        self.pace = Pace(every.total_seconds() if every else None)
        self.swept: dict[str, Swept] = {}
        """What the last sweep showed of each repository, by its id."""
        self.looked: dict[str, float] = {}
        """When each was last looked at in full."""
        self.telling: dict[str, list[Heard]] = {}
        """Deliveries whose repository has yet to be looked at, by its id."""
        self.stirred: dict[str, Priority] = {}
        """Repositories of whose CI something moved, so that its runs are worth asking for."""
        self.whole = True
        """Whether the next sweep has to list everything."""
        self.to_sweep = Signal()
        self.to_look = Signal()
        self.to_hear = Signal()
        self.to_list = Signal()
        self.to_run = Signal()
        self.heard_at: float | None = None
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
        """Whether webhooks came lately."""
        return self.heard_at is not None and anyio.current_time() - self.heard_at < TELLING

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

    def answer(self, ids: Collection[str]) -> None:
        """These were looked at, or could not be."""
        for id_ in ids:
            for answered in self._answers.pop(id_, ()):
                answered.set()

    async def run(self, loops: Collection[Callable[["HostWatch"], Awaitable[None]]]) -> None:
        """Keep all loops going until cancelled."""
        async with anyio.create_task_group() as tasks:
            for loop in loops:
                tasks.start_soon(self._keep_going, loop)

    async def _keep_going(self, loop: Callable[["HostWatch"], Awaitable[None]]) -> None:
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
