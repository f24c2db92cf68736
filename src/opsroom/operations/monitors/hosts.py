"""Forgetting what is kept of hosts for a while only: deliveries, gaps, spending, old runs."""

from datetime import timedelta

import anyio

from opsroom.operations.monitors import Monitor
from opsroom.operations.room import Room
from opsroom.store.budgets import prune_spending
from opsroom.store.ci_runs import forget_ci_runs
from opsroom.store.deliveries import prune_deliveries
from opsroom.store.gaps import prune_gaps

DAY = 86_400.0
GAPS_KEPT = timedelta(days=30)
SPENDING_KEPT = timedelta(days=7)


async def run(room: Room) -> None:
    """Forget at the start and then daily; runs as long as the journal."""
    while True:
        now = room.now()
        async with room.store.write() as connection:
            await prune_deliveries(connection, now)
            await prune_gaps(connection, now - GAPS_KEPT)
            await prune_spending(connection, now - SPENDING_KEPT)
            await forget_ci_runs(connection, now - room.settings.journal.keep)
        await anyio.sleep(DAY)


MONITOR = Monitor(run)
