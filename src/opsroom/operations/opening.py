"""Opening a room: the store, the sources it wants, the follower, and a try at ownership."""

import logging
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import anyio

from opsroom.errors import StoreError
from opsroom.operations.audit import refuse_unknown_rules
from opsroom.operations.lookout import Lookout
from opsroom.operations.ownership import own
from opsroom.store import sources
from opsroom.store.advisories.index import NAME, AdvisoryIndex
from opsroom.store.database import Store
from opsroom.store.owner import Owner

if TYPE_CHECKING:
    from opsroom.operations.room import Room
    from opsroom.settings import Settings

log = logging.getLogger("opsroom.opening")

WANTED_FOR = timedelta(minutes=3)
"""How long after its last word a process's sources are still watched for it."""


@asynccontextmanager
async def open_room(room: "Room") -> AsyncGenerator[None]:
    """Open what the room needs, for as long as the context lasts.

    Raises:
        SettingsError: a rule or a scanner that the settings name doesn't exist.
        StoreError: the store can't be opened.
    """
    refuse_unknown_rules(room.settings)
    if room.settings.scan.scanners:
        await anyio.to_thread.run_sync(_refuse_unknown_scanners, room.settings)
    async with AsyncExitStack() as held:
        room.store = await held.enter_async_context(
            Store.open(room.settings.store, room.settings.home)
        )
        room.advisories = held.enter_context(closing(AdvisoryIndex(room.settings.home / NAME)))
        room.lookout = Lookout(room)
        await _want(room)
        await room.refresh()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_keep_wanting, room)
            if room.watches:
                claim = Owner.of(room.store.place)
                with suppress(StoreError):  # `own` says so, and goes on trying
                    room.owner = await claim.try_acquire()
                tasks.start_soon(own, room, claim)
                if room.settings.hosts:
                    watch_hosts = await anyio.to_thread.run_sync(_parts_for_hosts)
                    tasks.start_soon(watch_hosts, room)
                if room.scans:
                    keep_scanning = await anyio.to_thread.run_sync(_parts_for_scans)
                    tasks.start_soon(keep_scanning, room)
            yield
            tasks.cancel_scope.cancel()


def _parts_for_hosts() -> "Callable[[Room], Coroutine[Any, Any, None]]":
    """Import what a room without hosts doesn't need."""
    from opsroom.operations.hosts.claims import watch_hosts

    return watch_hosts


def _refuse_unknown_scanners(settings: "Settings") -> None:
    """Import every scanner, which only settings that name some need so early."""
    from opsroom.operations.scans.equipment import refuse_unknown_scanners

    refuse_unknown_scanners(settings)


def _parts_for_scans() -> "Callable[[Room], Coroutine[Any, Any, None]]":
    """Import what a room that doesn't scan by itself doesn't need."""
    from opsroom.operations.scans.keeping import keep_scanning

    return keep_scanning


async def _want(room: "Room") -> None:
    mine = [
        sources.Source(
            key=source.key,
            kind=source.kind,
            path=str(source.path),
            labels=source.labels,
            environment=source.environment,
        )
        for source in room.settings.directories
    ]
    async with room.store.write() as connection:
        await sources.want(connection, mine, room.now() + WANTED_FOR)


async def _keep_wanting(room: "Room") -> None:
    while True:
        await anyio.sleep(WANTED_FOR.total_seconds() / 3)
        try:
            await _want(room)
        except StoreError as error:
            log.warning("the store can't be told which sources are wanted: %s", error)
