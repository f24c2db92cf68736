"""What the owner of a store does on time, without being asked: one monitor a file."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from opsroom.operations.room import Room


@dataclass(frozen=True, slots=True)
class Monitor:
    """Something that runs for as long as the room owns its store."""

    run: Callable[[Room], Awaitable[None]]
