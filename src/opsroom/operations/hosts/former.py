"""Clones under names that no source lists: the host is asked what became of those, a few at once.

A repository that was renamed or transferred before anybody here saw it is listed under its new
name alone; only the host knows that the old one leads to it. Each name is asked for once, and again
when something new is listed, or a day has passed.
"""

import logging

import anyio

from opsroom.clients.host import HostError, Priority
from opsroom.operations import gather
from opsroom.operations.fleet import Row
from opsroom.operations.hosts.joining import record_resolved
from opsroom.operations.hosts.watch import HostWatch

log = logging.getLogger("opsroom.hosts")

EVERY = 5.0
"""Seconds between two looks for such clones, which cost nothing."""

AT_ONCE = 100
"""Names that are asked for in a round: one request."""

DAY = 86_400.0
"""Seconds for which an answer holds as long as nothing new is listed."""

AGAIN = 900.0
"""Seconds after which a name that could not be told is asked for again."""


async def run(watch: HostWatch) -> None:
    """Ask, for as long as the source is watched, once everything was listed."""
    asked: dict[str, float] = {}
    listed: set[str] = set()
    while True:
        await watch.reach.open()
        wait = EVERY
        if watch.whole_at is not None:
            if not watch.swept.keys() <= listed:
                asked.clear()
            listed = set(watch.swept)
            wait = await _once(watch, asked)
        await anyio.sleep(wait)


async def _once(watch: HostWatch, asked: dict[str, float]) -> float:
    """One round over the names for which it is time; seconds until the next.

    `asked` is when each was last asked for, by the key of its row.
    """
    await watch.room.refresh()
    now = anyio.current_time()
    due = {
        row.repository.key: gather.identity_of_snapshot(row.snapshot).name
        for row in watch.room.fleet
        if _is_unclaimed(watch, row) and now - asked.get(row.repository.key, -DAY) >= DAY
    }
    some = dict(list(due.items())[:AT_ONCE])
    if not some:
        return EVERY
    try:
        resolved = await watch.host.resolve(list(some.values()), priority=Priority.ROUTINE)
    except HostError as error:
        log.info("%s: not asked what became of names: %s", watch.source.key, error)
        return max(AGAIN, watch.reach.delay(error, watch.room.now()))
    await record_resolved(watch.room, watch.source, some, resolved)
    for key, name in some.items():
        asked[key] = now - DAY + AGAIN if name in resolved.failed else now
    return EVERY


def _is_unclaimed(watch: HostWatch, row: Row) -> bool:
    """Whether clones alone say that a repository is there, and this source is to ask for it.

    Names of owners that no source watches may lead to one that does: the first of a host asks.
    """
    host, _, name = row.repository.key.partition("/")
    if host != watch.source.host or name.count("/") != 1:
        return False
    if not row.snapshot.clones or row.snapshot.hosted:
        return False
    sources = [each for each in watch.room.settings.hosts if each.host == host]
    owning = [each for each in sources if each.owns(name)]
    return (owning or sources)[0].key == watch.source.key
