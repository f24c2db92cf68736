"""Whether a host can be asked now: after a failure it is left alone, longer each time.

One failure is no news, a host hiccups. The second in a row is told, and so is a credential that
the host doesn't know, at once.
"""

import random
from datetime import datetime, timedelta

import anyio

from opsroom.clients.host import HostError, NotLetIn

FIRST = 5.0
LONGEST = 300.0
"""Seconds between two attempts: at first, and once it has failed for a while."""

SLOWLY = 300.0
"""Seconds between two attempts with a credential that the host doesn't know."""

TOLD_AFTER = 2
"""Failures in a row before it is told."""


class Reach:
    """The state of one host, for everything that asks it. `problem`: why it can't be asked."""

    def __init__(self) -> None:
        self.problem = ""
        self._failures = 0
        self._open = anyio.Event()
        self._open.set()

    async def open(self) -> None:
        """Wait until the host answers: at once while nothing is wrong."""
        await self._open.wait()

    @property
    def is_open(self) -> bool:
        """Whether it answered when it was last asked."""
        return self._open.is_set()

    def failed(self, error: HostError) -> bool:
        """The host could not be asked; whether that has to be told."""
        self._failures += 1
        if self._open.is_set():
            self._open = anyio.Event()
        if self._failures < TOLD_AFTER and not isinstance(error, NotLetIn):
            return False
        problem = str(error)
        told, self.problem = self.problem, problem
        return not told

    def answered(self) -> bool:
        """The host answered; whether it has to be told that it does so again."""
        recovered = bool(self.problem)
        self._failures, self.problem = 0, ""
        self._open.set()
        return recovered

    def delay(self, error: HostError, now: datetime) -> float:
        """Seconds after which to ask again. Different each time, so that not all ask at once."""
        spread = random.uniform(0.75, 1.25)  # noqa: S311 - keeps askers apart, guards no secret
        if isinstance(error, NotLetIn):
            return SLOWLY * spread
        own = min(LONGEST, FIRST * 2.0 ** (self._failures - 1)) * spread
        wanted = (error.until or now) - now
        longest = timedelta(hours=1)
        return max(own, min(wanted, longest).total_seconds())
