"""A budget that others spent makes facts late, and being late shows."""

from datetime import timedelta

import anyio
import pytest
from tests.hub import SmallHub
from tests.operations.hosts.worlds import settings, source, watch_of, watching
from tests.operations.rooms import Yard

from opsroom.clients.github.client import GithubHost
from opsroom.clients.host import Priority
from opsroom.operations.freshness import GRACE, LATE
from opsroom.operations.room import Room
from opsroom.store.sweeps import SweepMark, load_sweep_marks

pytestmark = pytest.mark.anyio


async def mark_of(room: Room) -> SweepMark:
    async with room.store.read() as connection:
        (mark,) = (await load_sweep_marks(connection)).values()
    return mark


async def test_what_is_late_is_measured_by_what_the_fleet_needs(hub: SmallHub, yard: Yard) -> None:
    async with watching(settings(yard.home, source(sweep_every=None))) as room:
        watch, before = watch_of(room), await mark_of(room)
        assert (before.sweep_every, before.look_every) == (
            timedelta(seconds=30),
            timedelta(minutes=5),
        )
        limit = next(each.limit for each in watch.host.budget().buckets if each.name == "graphql")
        assert limit
        assert isinstance(watch.host, GithubHost)
        ledger = watch.host._ledger  # pyright: ignore[reportPrivateUsage]  # the test spends it
        ledger.charge("graphql", limit * 2 // 5, Priority.WRITE, "others", room.now())
        assert watch.cadence.look > before.look_every.total_seconds()
        swept_at = watch.swept_at
        watch.sweep_soon(whole=True)
        with anyio.fail_after(5):
            while watch.swept_at == swept_at:
                await anyio.sleep(0.02)
        await room.refresh()
        after = await mark_of(room)
        assert (after.sweep_every, after.look_every) == (before.sweep_every, before.look_every)
        assert {room.trust.of(each) for each in room.rows()} == {"fresh"}
        later = room.now() + before.sweep_every * LATE + GRACE + timedelta(seconds=5)
        room.now = lambda: later
        assert {room.trust.of(each) for each in room.rows()} == {"stale"}
