"""One owner a store: it alone runs the monitors. When it goes, another room takes over."""

import logging

import anyio

from opsroom.discover import discover
from opsroom.errors import OpsroomError, StoreError
from opsroom.operations.monitors import Monitor
from opsroom.operations.room import Room
from opsroom.store.owner import Owner

log = logging.getLogger("opsroom.owner")

CHECK_EVERY = 2.0
"""Seconds between two checks that this room still is the owner."""
PAUSE = 5.0
"""Seconds before a monitor that failed is started again."""


async def own(room: Room, claim: Owner) -> None:
    """Try to own the store for as long as the room is open; run the monitors while it does."""
    while True:
        try:
            async with claim:
                await claim.acquire()
                log.info("this process owns the store and watches the fleet")
                room.owner = True
                try:
                    await _watch_over(room, claim)
                finally:
                    room.owner = False
            log.warning("this process no longer owns the store")
        except StoreError as error:
            log.warning("the store can't be owned: %s", error)
            await anyio.sleep(PAUSE)


async def _watch_over(room: Room, claim: Owner) -> None:
    """Run the monitors until the claim is lost."""
    async with anyio.create_task_group() as tasks:
        for name, monitor in discover("opsroom.operations.monitors", Monitor):
            tasks.start_soon(_keep_running, room, name, monitor)
        while await claim.check():  # noqa: ASYNC110 - nothing tells that a claim was lost
            await anyio.sleep(CHECK_EVERY)
        tasks.cancel_scope.cancel()


async def _keep_running(room: Room, name: str, monitor: Monitor) -> None:
    """A monitor that fails is started again: one bad moment must not blind the fleet."""
    while True:
        try:
            await monitor.run(room)
        except OpsroomError as error:
            log.warning("monitor %s stopped: %s", name, error)
        except Exception:
            log.exception("monitor %s failed", name)
        await anyio.sleep(PAUSE)
