"""What webhooks told: read from the store, wherever they came in, and turned into looks.

A delivery counts as handled once what it asks for was done, or a newer one waits for the same. So a
process may die at any moment between its acknowledgement and the look: who watches next finds it
waiting.
"""

from collections.abc import Collection

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
    runs = [each for each in told if each.run]
    placed = await record_run_news(watch.room, watch.source, runs) if runs else set[str]()
    done = [each for each in told if _only_goes_on(each, placed) or _is_of_others(watch, each)]
    for each in told:
        watch.hooks |= {each.hook} - {""}
        if each not in done:
            _pass_on(watch, each)
    about = [each.repository_id for each in told if each.repository_id]
    await watch.handled([*done, *watch.superseded(about)])


def _only_goes_on(told: Heard, placed: Collection[str]) -> bool:
    """Whether a delivery is of CI that has not ended, and all that it says is written down."""
    return told.ci and not told.ended and (told.run is None or told.delivery in placed)


def _is_of_others(watch: HostWatch, told: Heard) -> bool:
    """Whether a delivery is of a repository that the settings leave out, and that stays so."""
    return told.full_name is not None and not told.fleet and not watch.source.has(told.full_name)


def _pass_on(watch: HostWatch, told: Heard) -> None:
    """Have a repository looked at, or the source swept."""
    id_ = told.repository_id
    if id_ is None or told.fleet:
        watch.sweep_soon(whole=True)
    if id_ is None:
        watch.unswept.append(told)
        return
    watch.telling.setdefault(id_, []).append(told)
    if told.alerts:
        watch.alerting.add(id_)
        watch.to_list.give()
    if told.ci and (told.run is None or told.run.failed):
        watch.stir([id_], Priority.HEARD)
    watch.put([id_], Priority.ASKED if told.event == ASKED else Priority.HEARD)
