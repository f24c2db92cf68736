"""Really looking at each work tree from time to time: deep edits don't touch its gate."""

import math

import anyio

from opsroom.operations.monitors import Monitor
from opsroom.operations.room import Room

TICK = 5.0
"""Seconds between two rounds; each looks at its share of the fleet."""


async def run(room: Room) -> None:
    """Look at every clone once in `worktree_every`, those longest unseen first."""
    every = room.settings.watch.worktree_every.total_seconds()
    tick = min(TICK, every / 2)
    while True:
        await anyio.sleep(tick)
        now = anyio.current_time()
        longest = sorted(room.lookout.known.items(), key=lambda item: item[1].looked)
        share = math.ceil(len(longest) * tick / every)
        due = [path for path, known in longest[:share] if now - known.looked > every / 2]
        await room.lookout.look(due)


MONITOR = Monitor(run)
