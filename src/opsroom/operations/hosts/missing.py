"""Webhooks that never came: found in the host's own list, and looked into as if they had.

Where the host shows no list, sweeps alone cover for them, and stay as frequent as without webhooks.
"""

import logging
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

import anyio

from opsroom.clients.host import HostError, Missed, Priority
from opsroom.model.host import Remote
from opsroom.operations.hosts.watch import ASKED, HostWatch
from opsroom.store.deliveries import known_guids, last_received
from opsroom.store.gaps import Gap, save_gap

log = logging.getLogger("opsroom.hosts")

EVERY = 300.0
"""Seconds between two looks at the list."""

REMEMBERED = timedelta(days=3)
"""For how long a host remembers deliveries."""

AT_MOST = 50
"""Repositories of a user whose webhooks are listed in a round: each has its own."""

MANY = 200
"""Deliveries that are looked up at once."""

ROUTE = "/webhooks/github"


async def run(watch: HostWatch) -> None:
    """Look for them, for as long as the source is watched, where webhooks are wanted at all."""
    if watch.source.webhook_secret is None:
        await anyio.sleep_forever()
    since = await _began(watch)
    while True:
        await watch.reach.open()
        now = watch.room.now()
        try:
            await _once(watch, since, now)
        except HostError as error:
            watch.hooks_told = False
            log.info("%s: missed webhooks can't be seen: %s", watch.source.key, error)
        else:
            watch.hooks_told = True
            since = now - timedelta(minutes=1)
        await anyio.sleep(EVERY)


async def _began(watch: HostWatch) -> datetime:
    """From when on deliveries may have been missed; what was before nobody listened is a gap."""
    now = watch.room.now()
    async with watch.room.store.read() as connection:
        last = await last_received(connection, watch.source.key, but=ASKED)
    if last is None:
        return now - timedelta(hours=1)
    if watch.swept_at and now - watch.swept_at > timedelta(seconds=EVERY):
        gap = Gap(
            source=watch.source.key,
            since=watch.swept_at,
            until=now,
            reason="nobody listened; a sweep of everything covered for it",
        )
        async with watch.room.store.write() as connection:
            await save_gap(connection, gap)
    return max(last, now - REMEMBERED)


async def _once(watch: HostWatch, since: datetime, now: datetime) -> None:
    """Find what failed, did not come otherwise, and look at what it was about."""
    moved = sorted(watch.swept.values(), key=lambda each: watch.looked.get(each.id, 0.0))
    names = [each.full_name for each in moved[-AT_MOST:]]
    failed = await watch.host.missed(
        watch.owner, names, partial(_is_ours, watch), since, priority=Priority.ROUTINE
    )
    guids = [each.delivery for each in failed]
    came: set[str] = set()
    async with watch.room.store.read() as connection:
        for start in range(0, len(guids), MANY):
            came |= await known_guids(connection, guids[start : start + MANY])
    lost = [each for each in failed if each.delivery not in came]
    if not lost:
        return
    log.warning("%s: %d webhooks were missed", watch.source.key, len(lost))
    _look(watch, lost)
    gap = Gap(
        source=watch.source.key,
        since=min(each.at for each in lost),
        until=now,
        reason=f"{len(lost)} webhooks were missed and looked into",
    )
    async with watch.room.store.write() as connection:
        await save_gap(connection, gap)


def _look(watch: HostWatch, lost: list[Missed]) -> None:
    """Look at the repositories that they were about; sweep where that can't be told."""
    ids_of = {
        remote.number: remote.id
        for row in watch.room.fleet.of_source(watch.source.key)
        if isinstance(remote := row.snapshot.remote, Remote)
    }
    ids = {ids_of.get(each.number) for each in lost}
    known = [id_ for id_ in ids if id_]
    watch.put(known, Priority.HEARD)
    watch.stir(known, Priority.HEARD)
    watch.to_list.give()
    watch.sweep_soon(whole=None in ids)


def _is_ours(watch: HostWatch, hook: str, url: str) -> bool:
    """Whether a webhook leads here: by our public address, else because it came here before."""
    public = watch.room.settings.server.public_url
    if public is None:
        return hook in watch.hooks or not watch.hooks
    ours, theirs = urlsplit(public), urlsplit(url)
    same = (ours.hostname, ours.port) == (theirs.hostname, theirs.port)
    return same and theirs.path.endswith(ROUTE)
