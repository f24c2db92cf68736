"""The journal as a resource: pages that join without a gap."""

import pytest
from tests.operations.rooms import Clock, Yard, look_over, opened

from opsroom.errors import UsageError
from opsroom.model.event import Happening
from opsroom.operations.journal import following, newest
from opsroom.operations.room import Room
from opsroom.store.journal import append

pytestmark = pytest.mark.anyio


async def write(room: Room, count: int) -> None:
    async with room.store.write() as connection:
        said = [
            Happening(kind="repository.changed", repository="local/api", summary=f"\x1b[1m{n}")
            for n in range(count)
        ]
        await append(connection, said, room.now())


async def test_pages_join(yard: Yard) -> None:
    yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        await write(room, 250)
        latest = await newest(room, 50)
        ids = [entry.id for entry in latest.events]
        assert ids == sorted(ids, reverse=True)
        assert len(ids) == 50
        assert all("\x1b" not in entry.summary for entry in latest.events)
        assert (await following(room, latest.cursor, 200)).events == []
        place, told = "0", list[int]()
        while True:
            page = await following(room, place, 100)
            told += [entry.id for entry in page.events]
            place = page.cursor
            if page.complete:
                break
        assert told == sorted(set(told))
        assert len(told) == 251
        assert place == latest.cursor


async def test_what_can_not_be_continued(yard: Yard) -> None:
    yard.clone("api")
    clock = Clock()
    async with opened(yard.settings(), clock=clock) as room:
        await look_over(room)
        await write(room, 5)
        clock.forward(days=100)
        await room.store.journal.prune(clock() - room.settings.journal.keep)
        await write(room, 2)
        pruned = await following(room, "1", 100)
        assert "older than the journal" in pruned.note
        assert pruned.events == []
        foreign = await following(room, "3-deadbeef", 100)
        assert "another history" in foreign.note
        assert (await following(room, pruned.cursor, 100)).note == ""
        for wrong in ("", "x", "-1", "1-", "9" * 30):
            with pytest.raises(UsageError):
                await following(room, wrong, 100)
