"""The host's own alerts: a few lists an owner, asked from time to time and when one has moved."""

import logging

import anyio

from opsroom.clients.host import HostError, Priority
from opsroom.operations.hosts.alerts import record_alerts
from opsroom.operations.hosts.watch import HostWatch

log = logging.getLogger("opsroom.hosts")

LATEST = 900.0
"""Seconds between two rounds at most, as long as the budget allows."""

SETTLE = 2.0
"""Seconds in which more alerts are waited for once one has moved: they come by dozens."""


async def run(watch: HostWatch) -> None:
    """List the alerts, for as long as the source is watched."""
    while True:
        await watch.reach.open()
        wait = await _once(watch) if not watch.first else SETTLE
        if await watch.to_list.wait(wait):
            await anyio.sleep(SETTLE)


async def _once(watch: HostWatch) -> float:
    """One round; seconds until the next."""
    names = [each.full_name for each in watch.swept.values() if not each.archived]
    try:
        lists = await watch.host.alerts(watch.owner, names, priority=Priority.ROUTINE)
    except HostError as error:
        log.info("%s: no alerts listed: %s", watch.source.key, error)
        return watch.reach.delay(error, watch.room.now())
    await record_alerts(watch.room, watch.source, lists)
    return min(LATEST, watch.cadence.look)
