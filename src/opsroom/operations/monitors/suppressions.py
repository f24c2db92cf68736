"""Ending suppressions on time."""

import anyio

from opsroom.operations.findings.triage import end_lapsed
from opsroom.operations.monitors import Monitor
from opsroom.operations.room import Room

EVERY = 30.0
"""Seconds between two looks."""


async def run(room: Room) -> None:
    """Reopen findings whose suppression is over, at the start and then twice a minute."""
    while True:
        await end_lapsed(room)
        await anyio.sleep(EVERY)


MONITOR = Monitor(run)
