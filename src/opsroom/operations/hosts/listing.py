"""The host's own alerts: a few lists an owner, asked from time to time and when one has moved."""

import logging
from collections.abc import Collection

import anyio

from opsroom.clients.host import HostError, Priority
from opsroom.operations.hosts.alerts import record_alerts
from opsroom.operations.hosts.watch import HostWatch

log = logging.getLogger("opsroom.hosts")

LATEST = 900.0
"""Seconds between two rounds at most, as long as the budget allows."""

HOUR = 3_600.0
AN_HOUR = 600
"""Requests an hour that lists of alerts may cost: a user's have one a repository and kind."""

SETTLE = 2.0
"""Seconds in which more alerts are waited for once one has moved: they come by dozens."""


async def run(watch: HostWatch) -> None:
    """List the alerts, for as long as the source is watched."""
    due = 0.0
    while True:
        await watch.reach.open()
        now = anyio.current_time()
        if watch.first:
            wait = SETTLE
        elif watch.alerting and now < due:
            wait = await _once(watch, watch.alerting)
            wait = max(0.0, min(wait, due - anyio.current_time()))
        else:
            wait = await _once(watch, set())
            due = now + wait
        if await watch.to_list.wait(wait):
            await anyio.sleep(SETTLE)


async def _once(watch: HostWatch, heard: Collection[str]) -> float:
    """One round, over those that were heard of or over all; seconds until the next over all."""
    waiting, watch.alerting = watch.alerting, set()
    seen = [each for each in watch.swept.values() if not heard or each.id in heard]
    names = [each.full_name for each in seen if not each.archived]
    priority = Priority.HEARD if waiting else Priority.ROUTINE
    try:
        lists = await watch.host.alerts(watch.owner, names, priority=priority)
    except HostError as error:
        log.info("%s: no alerts listed: %s", watch.source.key, error)
        watch.alerting |= waiting
        return watch.reach.delay(error, watch.room.now())
    await record_alerts(watch.room, watch.source, lists, moved_only=bool(heard))
    each_alone = any(found.covered is not None for found in lists)
    price = len(watch.swept) * len(lists) if each_alone else len(lists)
    return max(min(LATEST, watch.cadence.look), price * HOUR / AN_HOUR)
