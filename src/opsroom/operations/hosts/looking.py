"""Full looks: at what waits in the queue, urgent ones in a lane of their own.

What could not be looked at waits again, a while; of what has not been looked at for long a share
is put at the end of the queue, so that everything comes round.
"""

import logging
import math
from collections.abc import Collection, Sequence

import anyio

from opsroom.clients.host import HostError, HostLooks, Later, Priority
from opsroom.model.ci import Ci
from opsroom.model.heard import Heard
from opsroom.operations.hosts.looks import record_looks
from opsroom.operations.hosts.seen import Seen
from opsroom.operations.hosts.sweeps import record_passed
from opsroom.operations.hosts.untold import record_untold
from opsroom.operations.hosts.watch import ASKED, HostWatch

log = logging.getLogger("opsroom.hosts")

BATCH = 60
"""Repositories that are asked for at once: as many requests as the client has in flight."""

URGENT = 20
"""The same for those that somebody waits for: one request."""

TICK = 5.0
"""Seconds between two shares of the round over everything."""

CiSeen = tuple[str, str | None] | None


async def run(watch: HostWatch) -> None:
    """Look, for as long as the source is watched."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_lane, watch, URGENT, Priority.HEARD)
        tasks.start_soon(_lane, watch, BATCH, Priority.ROUTINE)
        tasks.start_soon(_round, watch)


async def _lane(watch: HostWatch, size: int, lowest: Priority) -> None:
    """Take from the queue what is at least so urgent, as it comes and the budget allows."""
    while True:
        await watch.reach.open()
        now = anyio.current_time()
        allowed = min(lowest, watch.allowed(now))
        taken = watch.queue.take(size, now, allowed)
        if not taken:
            await _end_first_round(watch)
            await watch.to_look.wait(watch.wait(now, allowed))
            continue
        left = {each: [one.id for one in taken if one.priority is each] for each in Priority}
        try:
            for priority in Priority:
                if some := left.pop(priority):
                    await _look(watch, some, priority)
        finally:
            watch.queue.done(waiting.id for waiting in taken)
            for priority, unseen in left.items():
                watch.put(unseen, priority)  # an error came before their turn
            watch.to_look.give()


async def _end_first_round(watch: HostWatch) -> None:
    """When nothing waits any more after the first sweep: from now on news are news.

    Unless hardly anything could be looked at.
    """
    enough = len(watch.looked) * 2 >= len(watch.swept)
    if watch.first and watch.whole_at and watch.queue.is_idle and enough:
        watch.first = False
        await record_passed(watch.room, watch.source)


async def _look(watch: HostWatch, ids: Sequence[str], priority: Priority) -> None:
    """Look at some of the same urgency, record it, and tell those who wait for it."""
    heard = {id_: watch.telling.pop(id_, []) for id_ in ids}
    again: Collection[str] = ids
    blamed: dict[str, str] = {}
    surely = True
    began = anyio.current_time()
    try:
        looks = await watch.host.look(ids, priority=priority)
        await _record(watch, looks, heard, priority)
        again = looks.failed.keys()
        blamed = {id_: why for id_, why in looks.failed.items() if id_ not in looks.unasked}
    except Later as error:
        log.info("%s: %s", watch.source.key, error)
        watch.hold_back(priority, error)
    except HostError as error:
        log.info("%s: %d repositories not looked at: %s", watch.source.key, len(ids), error)
        watch.sweep_soon()  # which finds out whether it is the host
        blamed, surely = dict.fromkeys(ids, str(error)), False
    else:
        done = [id_ for id_ in ids if id_ not in again]
        watch.looked |= dict.fromkeys(done, began)
        await watch.handled([told for id_ in done for told in heard[id_]])
    finally:
        for id_ in again:
            watch.telling[id_] = [*heard[id_], *watch.telling.get(id_, ())]
        watch.retries.worked(set(ids) - set(again))
        watch.retries.failed(again, priority, anyio.current_time())
        watch.answer(ids)
    await watch.handled(watch.superseded(again))
    untold = watch.retries.blame(blamed, surely=surely)
    if untold:
        await record_untold(watch.room, watch.source, untold)


async def _record(
    watch: HostWatch, looks: HostLooks, heard: dict[str, list[Heard]], priority: Priority
) -> None:
    """Write looks down, and have the runs asked for where something of CI moved."""
    before = {id_: _ci(watch, id_) for id_ in looks.looks}
    why = {id_: _seen(watch, id_, heard[id_]) for id_ in looks.looks}
    recorded = await record_looks(watch.room, watch.source, looks, why)
    if recorded.unconfirmed:
        watch.sweep_soon(whole=True)
    after = {id_: _ci(watch, id_) for id_ in looks.looks}
    moved = [id_ for id_, seen in after.items() if seen and _is_news(before[id_], seen)]
    watch.stir(moved, priority)


def _seen(watch: HostWatch, id_: str, heard: Sequence[Heard]) -> Seen:
    """What set off a look: the newest webhook, else what a sweep showed as moved."""
    webhooks = [told for told in heard if told.event != ASKED]
    if webhooks:
        dated = [told.at for told in webhooks if told.at]
        return Seen("webhook", max(dated, default=None))
    return Seen("polling", watch.moved_at.pop(id_, None))


def _ci(watch: HostWatch, id_: str) -> CiSeen:
    """State and commit of CI as it is known of a repository; None where it isn't."""
    row = watch.room.fleet.of_host(watch.source.host, id_)
    ci = row.snapshot.ci if row else None
    return (ci.state, ci.head) if isinstance(ci, Ci) else None


def _is_news(before: CiSeen, after: tuple[str, str | None]) -> bool:
    """Whether there may be runs worth asking for: at the first look only where one goes badly."""
    return after[0] in ("failing", "running") if before is None else before != after


async def _round(watch: HostWatch) -> None:
    """Put back what could not be looked at, and what was not looked at for longest."""
    while True:
        await anyio.sleep(TICK)
        now = anyio.current_time()
        for id_, priority in watch.retries.due(now).items():
            watch.put([id_], priority)
        watch.stir_due(now)
        every = watch.cadence.look
        share = math.ceil(len(watch.swept) * TICK / every)
        unseen = [id_ for id_ in watch.swept if now - watch.looked.get(id_, -every) > every]
        oldest = sorted(unseen, key=lambda id_: watch.looked.get(id_, -every))
        watch.put(oldest[:share], Priority.ROUTINE)
