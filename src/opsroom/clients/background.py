"""Programs in the background: nobody waits for them, so they give way, and end when told to."""

import os
import selectors
import threading
import time
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass

from opsroom.errors import ObservationError

GLANCE = 0.3
"""Seconds between two looks whether a program is to end."""


@dataclass(frozen=True, slots=True)
class Background:
    """How programs run: `nice` is how far they give way to others, as `nice` counts.

    When `stop` is set they are ended, and whoever asked them gets `Stopped`.
    """

    stop: threading.Event
    nice: int = 10


background: ContextVar[Background | None] = ContextVar("background", default=None)
"""What holds for every program that is started from here on, until it is set otherwise."""


class Stopped(ObservationError):
    """A program was ended because nobody wants its answer any more."""


def give_way(pid: int) -> None:
    """Lower the priority of a program that has just been started in the background."""
    held = background.get()
    if held is not None:
        with suppress(ProcessLookupError, PermissionError):
            os.setpriority(os.PRIO_PROCESS, pid, held.nice)


def select_until(
    pipes: selectors.BaseSelector, deadline: float
) -> list[tuple[selectors.SelectorKey, int]]:
    """What can be read or written; nothing when the deadline (monotonic) has passed.

    Raises:
        Stopped: nobody wants to know any more.
    """
    held = background.get()
    while (left := deadline - time.monotonic()) > 0:
        if held is not None and held.stop.is_set():
            raise Stopped("it was stopped before its end")
        ready = pipes.select(left if held is None else min(left, GLANCE))
        if ready:
            return ready
    return []
