"""What webhooks told: read from the store, wherever they came in, and turned into looks.

A delivery counts as handled once what it asks for was done. So a process may die at any moment
between its acknowledgement and the look: who watches next finds it waiting.
"""

import anyio

from opsroom.clients.host import Priority
from opsroom.model.heard import Heard
from opsroom.operations.hosts.news import record_run_news
from opsroom.operations.hosts.watch import ASKED, HostWatch
from opsroom.store.deliveries import pending

APART = 0.02
"""Seconds between two looks into the store, which moves often."""


async def run(watch: HostWatch) -> None:
    """Follow the store, for as long as the source is watched."""
    taken: set[str] = set()
    store = watch.room.store
    while True:
        version = store.version
        async with store.read() as connection:
            waiting = await pending(connection, [watch.source.key])
        taken &= {each.guid for each in waiting}
        fresh = [each for each in waiting if each.guid not in taken]
        taken |= {each.guid for each in fresh}
        if fresh:
            told = [each.told or Heard(delivery=each.guid, event="") for each in fresh]
            if any(each.event != ASKED for each in told):
                watch.heard_at = anyio.current_time()
            await _take(watch, told)
        if store.version == version:
            await store.changed()
        await anyio.sleep(APART)


async def _take(watch: HostWatch, told: list[Heard]) -> None:
    """Record what can't be wrong, and have the rest looked at."""
    if any(each.run for each in told):
        await record_run_news(watch.room, watch.source, told)
    for each in told:
        watch.hooks |= {each.hook} - {""}
        id_ = each.repository_id
        if id_ is None or each.fleet:
            watch.sweep_soon(whole=True)
        if id_ is None:
            watch.unswept.append(each)
            continue
        watch.telling.setdefault(id_, []).append(each)
        if each.alerts:
            watch.alerting.add(id_)
            watch.to_list.give()
        if each.ci:
            watch.stir([id_], Priority.HEARD)
    for priority, asked in ((Priority.ASKED, True), (Priority.HEARD, False)):
        some = [each for each in told if (each.event == ASKED) is asked]
        watch.put([each.repository_id for each in some if each.repository_id], priority)
