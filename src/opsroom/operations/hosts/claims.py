"""Who watches a source of a host: one process, among those whose settings have its credential.

The owner of the store may be another one, a client over a folder that knows no token. So each
source is claimed by itself; when its watcher goes, another takes over, and the others read.
"""

import logging

import anyio

from opsroom.clients.host import Host
from opsroom.errors import ObservationError, SettingsError, StoreError
from opsroom.observe.sources.github import Ledgers, connected
from opsroom.operations.hosts import (
    former,
    hearing,
    listing,
    looking,
    missing,
    running,
    sweeping,
)
from opsroom.operations.hosts.books import StoredBooks, StoredValidators
from opsroom.operations.hosts.sweeps import record_host_failed
from opsroom.operations.hosts.watch import HostWatch
from opsroom.operations.room import Room
from opsroom.settings import HostSource
from opsroom.store.owner import Owner

log = logging.getLogger("opsroom.hosts")

CHECK_EVERY = 2.0
"""Seconds between two checks that the claim still holds."""

PAUSE = 5.0
"""Seconds before a source whose claim was lost is claimed again."""

SLOWLY = 300.0
"""Seconds before a credential that can't be had is asked for again."""

LOOPS = (
    sweeping.run,
    looking.run,
    hearing.run,
    running.run,
    listing.run,
    missing.run,
    former.run,
)


async def watch_hosts(room: Room) -> None:
    """Claim every source of this room that is of a host, and watch those that it gets."""
    ledgers: Ledgers = {}
    validators = StoredValidators(room.store)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(validators.keep_written)
        for source in room.settings.hosts:
            tasks.start_soon(_claim, room, source, ledgers, validators)


async def _claim(
    room: Room, source: HostSource, ledgers: Ledgers, validators: StoredValidators
) -> None:
    while True:
        pause = PAUSE
        try:
            async with Owner.of(room.store.place, source.key) as claim:
                await claim.acquire()
                log.info("this process watches %s", source.key)
                books = StoredBooks(room.store)
                async with connected(source, ledgers, books, validators) as host:
                    await _watch_over(room, source, host, claim)
            log.warning("this process no longer watches %s", source.key)
        except (SettingsError, ObservationError) as error:
            log.warning("%s can't be watched: %s", source.key, error)
            await _tell(room, source, str(error))
            pause = SLOWLY
        except StoreError as error:
            log.warning("%s can't be claimed: %s", source.key, error)
        await anyio.sleep(pause)


async def _tell(room: Room, source: HostSource, problem: str) -> None:
    """Write why a source can't be watched; that this can't be written either ends nothing."""
    try:
        await record_host_failed(room, source, problem)
    except StoreError as error:
        log.warning("%s: its problem can't be kept: %s", source.key, error)


async def _watch_over(room: Room, source: HostSource, host: Host, claim: Owner) -> None:
    """Watch until the claim is lost."""
    watch = HostWatch(room, source, host)
    room.watching[source.key] = watch
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watch.run, LOOPS)
            while await claim.check():  # noqa: ASYNC110 - nothing tells that a claim was lost
                await anyio.sleep(CHECK_EVERY)
            tasks.cancel_scope.cancel()
    finally:
        del room.watching[source.key]
