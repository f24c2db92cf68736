"""The desk: which repositories wait to be looked at, how urgently, and for which runs.

A repository waits once, whoever wants it; while it is looked at, the next order for it waits.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import IntEnum

import anyio

Ticket = tuple[str, int]
"""A step of a run: the run's id, and the place of the step in it."""


class Urgency(IntEnum):
    """Whose turn it is first."""

    ASKED = 0
    MOVED = 1
    NEW = 2
    ROUTINE = 3


@dataclass(slots=True)
class Order:
    """What is wanted of one repository. `names` None: every scanner that is due."""

    key: str
    urgency: Urgency
    names: frozenset[str] | None = None
    tickets: set[Ticket] = field(default_factory=set[Ticket])

    def join(self, other: "Order") -> None:
        """Want what both want, as soon as the more urgent one."""
        self.urgency = min(self.urgency, other.urgency)
        both = self.names is not None and other.names is not None
        self.names = (self.names or frozenset()) | (other.names or frozenset()) if both else None
        self.tickets |= other.tickets


class Desk:
    """The orders of one process. `changed` is told whenever a turn may have come."""

    def __init__(self) -> None:
        self._waiting: dict[str, Order] = {}
        self._at_work: set[str] = set()
        self._changed = anyio.Event()

    def __len__(self) -> int:
        return len(self._waiting) + len(self._at_work)

    def put(self, orders: Iterable[Order]) -> None:
        """Let these wait their turn."""
        for order in orders:
            if order.key in self._waiting:
                self._waiting[order.key].join(order)
            else:
                self._waiting[order.key] = order
        self._tell()

    def holds(self, key: str) -> bool:
        """Whether a repository waits or is looked at."""
        return key in self._waiting or key in self._at_work

    async def take(self, allowed: Callable[[Urgency], bool] = lambda _: True) -> Order:
        """The most urgent order, as soon as there is one; say `done` when it is."""
        while True:
            ready = [
                order
                for order in self._waiting.values()
                if order.key not in self._at_work and allowed(order.urgency)
            ]
            if ready:
                order = min(ready, key=lambda each: each.urgency)
                del self._waiting[order.key]
                self._at_work.add(order.key)
                return order
            await self._changed.wait()

    def done(self, order: Order) -> None:
        """A repository is no longer looked at."""
        self._at_work.discard(order.key)
        self._tell()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()
