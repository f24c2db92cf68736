"""Full looks at repositories by id, as many in a request as the host manages.

The host gives a request ten seconds. So batches start at twenty, become half as large when one
takes too long, and grow again slowly; a batch that fails is cut in two until the one repository
that breaks it stands alone, and only that one is unknown.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import anyio

from opsroom.clients.github.cadence import look_points
from opsroom.clients.github.graphql import GONE, Told, ask
from opsroom.clients.github.reading import read_look
from opsroom.clients.github.transport import Overloaded, Spend, Transport
from opsroom.clients.github.wire import TooLarge
from opsroom.clients.host import HostError, HostLook, HostLooks, Priority

AT_ONCE = 3
"""Requests in flight: more share the same computing time of the host."""

GIVEN_UP = 3
"""Repositories that may fail alone, before any was told, until the host itself counts as ill."""


@dataclass(slots=True)
class Pace:
    """How many repositories are asked for at once, remembered for one document."""

    size: int = 20
    smallest: int = 5
    largest: int = 40
    good: int = 0

    def shrink(self, failed: int) -> None:
        """A batch of so many was too much."""
        self.size = max(self.smallest, min(self.size, failed) // 2)
        self.good = 0

    def grow(self) -> None:
        """A batch was answered; after ten, the next are larger."""
        self.good += 1
        if self.good == 10:
            self.size, self.good = min(self.largest, self.size + 2), 0


@dataclass(slots=True)
class _Looking:
    """One question for many repositories: what is still to be asked, and what was told."""

    transport: Transport
    text: str
    pace: Pace
    priority: Priority
    left: deque[str]
    halves: list[list[str]] = field(default_factory=list[list[str]])
    looks: dict[str, HostLook] = field(default_factory=dict[str, HostLook])
    gone: set[str] = field(default_factory=set[str])
    failed: dict[str, str] = field(default_factory=dict[str, str])
    stopped: HostError | None = None

    async def work(self) -> None:
        while self.stopped is None and (batch := self._take()):
            spend = Spend("look", self.priority, "graphql", look_points(len(batch)))
            try:
                told = await ask(
                    self.transport, self.text, {"ids": batch}, spend, heavy=len(batch) > 1
                )
            except (Overloaded, TooLarge) as error:
                self._cut(batch, error)
            except HostError as error:
                self.stopped = error
                self.halves.append(batch)
            else:
                self.pace.grow()
                self._read(batch, told)

    def _take(self) -> list[str]:
        if self.halves:
            return self.halves.pop()
        batches = -(-len(self.left) // self.pace.size)
        size = -(-len(self.left) // batches) if batches else 0
        return [self.left.popleft() for _ in range(size)]

    def _cut(self, batch: list[str], error: HostError) -> None:
        if len(batch) > 1:
            self.pace.shrink(len(batch))
            middle = len(batch) // 2
            self.halves += (batch[:middle], batch[middle:])
            return
        self.failed[batch[0]] = error.message
        if len(self.failed) >= GIVEN_UP and not (self.looks or self.gone):
            self.stopped = error

    def _read(self, batch: list[str], told: Told) -> None:
        nodes = told.data.get("nodes")
        if not isinstance(nodes, list) or len(nodes) != len(batch):
            self.failed |= dict.fromkeys(batch, "the host's answer could not be read")
            return
        for place, (asked, value) in enumerate(zip(batch, nodes, strict=True)):
            path = ("nodes", place)
            fault = told.fault(*path)
            if isinstance(value, dict) and value.get("__typename") == "Repository":
                host, at = self.transport.address.name, self.transport.clock()
                try:
                    self.looks[asked] = read_look(value, told, path, host=host, at=at)
                except (KeyError, TypeError, ValueError, AttributeError):
                    self.failed[asked] = "the host's answer could not be read"
            elif value is not None or (fault is not None and fault.type == GONE):
                self.gone.add(asked)
            else:
                self.failed[asked] = fault.reason if fault else "the host told nothing"


async def look(
    transport: Transport, text: str, pace: Pace, ids: Sequence[str], priority: Priority
) -> HostLooks:
    """Look at repositories with the document `text`.

    Raises:
        HostError: nothing at all was told.
    """
    asked = list(dict.fromkeys(ids))
    work = _Looking(transport, text, pace, priority, deque(asked))
    async with anyio.create_task_group() as tasks:
        for _ in range(AT_ONCE):
            tasks.start_soon(work.work)
    if work.stopped is not None:
        if not (work.looks or work.gone):
            raise work.stopped
        untold = [each for half in work.halves for each in half] + list(work.left)
        work.failed |= dict.fromkeys(untold, work.stopped.message)
    return HostLooks(work.looks, frozenset(work.gone), work.failed)
