"""Sweeping: which repositories a source has, and which of them moved.

The sweep also is what finds out whether the host can be asked at all, and when it can again.
"""

import logging
from datetime import datetime, timedelta

import anyio

from opsroom.clients.host import HostError, Later, Priority, Sweep, Swept
from opsroom.observe.sources.hosts import busy, moved_at, wanted
from opsroom.operations.hosts.allowance import tell_low
from opsroom.operations.hosts.sweeps import known_swept, record_host_failed, record_sweep
from opsroom.operations.hosts.watch import HostWatch

log = logging.getLogger("opsroom.hosts")

APART = 2.0
"""Seconds between two sweeps at least, whoever asks for one."""


async def run(watch: HostWatch) -> None:
    """Sweep, for as long as the source is watched."""
    watch.swept = await known_swept(watch.room, watch.source)
    while True:
        began = anyio.current_time()
        wait = await _once(watch)
        await tell_low(watch)
        if await watch.to_sweep.wait(wait):
            await anyio.sleep(max(0.0, began + APART - anyio.current_time()))


async def _once(watch: HostWatch) -> float:
    """One sweep; seconds until the next. One that failed to list everything is wanted still.

    Whoever wants everything listed while it goes on means the next one.
    """
    now = watch.room.now()
    whole, watch.whole = watch.whole_due(now), False
    try:
        return await _sweep(watch, now, whole=whole)
    finally:
        watch.whole |= whole and watch.whole_at != now


async def _sweep(watch: HostWatch, now: datetime, *, whole: bool) -> float:
    heard = list(watch.unswept)
    try:
        seen = await watch.host.sweep(
            watch.owner, watch.swept, whole=whole, priority=Priority.SWEEP
        )
    except Later as error:
        log.info("%s: not swept now: %s", watch.source.key, error)
        return watch.reach.delay(error, now)
    except HostError as error:
        log.info("%s: can't be swept: %s", watch.source.key, error)
        if watch.reach.failed(error):
            await record_host_failed(watch.room, watch.source, str(error))
        return watch.reach.delay(error, now)
    await _take(watch, wanted(seen, watch.source))
    watch.reach.answered()
    watch.swept_at = seen.at
    if whole:
        watch.whole_at = now
    watch.unswept = [told for told in watch.unswept if told not in heard]
    await watch.handled(heard)
    return watch.sweep_every


async def _take(watch: HostWatch, sweep: Sweep) -> None:
    """Record a sweep, and have what moved looked at."""
    seen = {each.id: each for each in sweep.repositories}
    fleet = seen.keys() if sweep.whole else seen.keys() | watch.swept.keys()
    nominal = watch.host.nominal(max(1, len(fleet)))
    every = watch.rhythm.sweep(nominal, heard=watch.is_told)
    news = await record_sweep(
        watch.room,
        watch.source,
        sweep,
        sweep_every=timedelta(seconds=max(watch.rhythm.whole(nominal), every)),
        look_every=timedelta(seconds=nominal.look),
    )
    running = busy(sweep.repositories)
    stirred = [id_ for id_ in news.moved if _ci_moved(watch.swept.get(id_), seen[id_])]
    watch.moved_at |= {
        id_: at for id_ in news.moved if (at := moved_at(watch.swept.get(id_), seen[id_]))
    }
    watch.rhythm.swept(len(news.moved) + len(news.missing), len(running))
    watch.swept = seen if sweep.whole else watch.swept | seen
    if sweep.whole:
        others = watch.queue.keep_only({*seen, *news.missing})
        await watch.handled([told for id_ in others for told in watch.telling.pop(id_, ())])
    watch.put(news.moved, Priority.MOVED)
    watch.put(news.missing, Priority.MOVED)
    watch.stir([*stirred, *(each.id for each in running)], Priority.MOVED)


def _ci_moved(before: Swept | None, after: Swept) -> bool:
    """Whether there may be runs worth asking for: at the first sweep only where one goes badly."""
    if before is None:
        return after.ci in ("failing", "running")
    return (before.ci, before.head) != (after.ci, after.head)
