from datetime import timedelta
from pathlib import Path

import pytest
from anyio import Event as Signal
from anyio import create_task_group, fail_after, move_on_after, sleep
from sqlalchemy import TextClause, text
from tests.store.samples import MINUTE, NOW, happening, heard, ids, tell

from opsroom.model.event import Event, Happening
from opsroom.store import locks
from opsroom.store.cursor import Cursor, CursorState
from opsroom.store.database import Store
from opsroom.store.journal import JournalPruned, append
from opsroom.store.locks import Lock

pytestmark = pytest.mark.anyio


async def test_events_come_back_as_they_were_told(store: Store) -> None:
    first = Happening(kind="observation.failed", summary="disk\0 failed", data={"reason": "\0é"})
    async with store.write() as connection:
        given = await append(connection, [first, happening("second")], NOW)
    kept = await store.journal.after(0)
    assert [event.summary for event in kept] == ["disk failed", "second"]
    assert kept[1] == given[1]
    assert kept[0].data == {"reason": "\0é"}
    assert kept[0].repository is None
    assert ids(kept) == ids(given)
    assert kept[0].at == NOW
    assert await append(connection, [], NOW) == []


async def test_a_batch_is_numbered_in_its_order(store: Store) -> None:
    told = [str(number) for number in range(1500)]
    given = await tell(store, *told)
    assert ids(given) == sorted(ids(given))
    assert [event.summary for event in await store.journal.after(0, 2000)] == told


async def test_what_is_rolled_back_was_never_told(store: Store) -> None:
    async def fail() -> None:
        async with store.write() as connection:
            await append(connection, [happening("never")], NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    (event,) = await tell(store, "kept")
    assert await store.journal.after(0) == [event]
    assert await heard(store, 0, 1) == [event]


async def test_pages_and_the_newest(store: Store) -> None:
    events = await tell(store, *"abcde")
    assert await store.journal.after(events[0].id, 2) == events[1:3]
    assert await store.journal.newest(2) == events[3:]
    assert await store.journal.last_id() == events[-1].id


async def test_the_newest_of_a_kind_since_a_time(store: Store) -> None:
    told: list[Event] = []
    for minute, kind in enumerate(("ci.failed", "ci.passed", "ci.failed", "ci.failed")):
        one = Happening(kind=kind, summary="it ran")
        async with store.write() as connection:
            told += await append(connection, [one], NOW + MINUTE * minute)
    assert await store.journal.of_kind("ci.failed", NOW, 9) == [told[0], *told[2:]]
    assert await store.journal.of_kind("ci.failed", NOW + MINUTE, 9) == told[2:]
    assert await store.journal.of_kind("ci.failed", NOW, 1) == told[3:]


async def test_the_position_of_a_time(store: Store) -> None:
    assert await store.journal.position(NOW) == 0
    old = await tell(store, "old", at=NOW - MINUTE)
    new = await tell(store, "new", at=NOW)
    assert await store.journal.position(NOW - 2 * MINUTE) == old[0].id - 1
    assert await store.journal.after(await store.journal.position(NOW)) == new
    assert await store.journal.position(NOW + MINUTE) == new[0].id


async def test_a_tail_replays_then_follows(store: Store) -> None:
    before = await tell(store, "before")
    seen: list[str] = []
    done = Signal()

    async def listen() -> None:
        async for event in store.journal.tail(0):
            seen.append(event.summary)
            if len(seen) == 3:
                done.set()
                return

    with fail_after(4):
        async with create_task_group() as group:
            group.start_soon(listen)
            while not seen:
                await sleep(0)
            assert seen == [before[0].summary]
            await tell(store, "one", "two")
            await done.wait()
    assert seen == ["before", "one", "two"]


async def test_another_store_object_is_heard(store: Store, url: str | None, home: Path) -> None:
    """Two open stores are to each other as two processes are."""
    async with Store.open(url, home) as other:
        version = other.version
        seen: list[str] = []
        async with create_task_group() as group:

            async def listen() -> None:
                seen.extend(event.summary for event in await heard(other, 0, 2))

            group.start_soon(listen)
            await tell(store, "one")
            await tell(store, "two")
        assert seen == ["one", "two"]
        assert other.version > version


async def test_two_hundred_tails_are_one_query(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = (await tell(store, "before"))[0].id
    with fail_after(4):
        assert ids(await heard(store, 0, 1)) == [last]
        queries = 0
        read = store.read

        def counted() -> object:
            nonlocal queries
            queries += 1
            return read()

        heard_by: list[int] = []

        async def listen() -> None:
            async for event in store.journal.tail(last):
                heard_by.append(event.id)
                return

        async with create_task_group() as group:
            for _ in range(200):
                group.start_soon(listen)
            await sleep(0.1)  # what the fixture's own commits still stir up
            monkeypatch.setattr(store.journal, "_read", counted)
            await tell(store, "news")
    assert len(heard_by) == 200
    assert len(set(heard_by)) == 1
    assert 1 <= queries <= 6


async def test_a_slow_reader_falls_back_to_the_table(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.journal, "_capacity", 8)
    await store.journal._begin()  # pyright: ignore[reportPrivateUsage]  a small ring
    tail = store.journal.tail(0)
    told = [(await tell(store, f"{n}"))[0].id for n in range(5)]
    assert (await anext(tail)).id == told[0]
    told += [(await tell(store, f"{n}"))[0].id for n in range(5, 40)]
    with fail_after(4):
        while store.journal._ring.last < told[-1]:  # pyright: ignore[reportPrivateUsage]
            await sleep(0.01)
        assert store.journal._ring.floor > told[4]  # pyright: ignore[reportPrivateUsage]
        assert [(await anext(tail)).id for _ in told[1:]] == told[1:]


async def test_prune_forgets_the_oldest_and_says_so(
    store: Store, url: str | None, home: Path
) -> None:
    old = await tell(store, *"abc", at=NOW - MINUTE)
    new = await tell(store, *"de", at=NOW)
    start = store.journal.cursor(0)
    assert await store.journal.check(start) is CursorState.FRESH
    assert await store.journal.prune(NOW, batch=2) == 3
    assert await store.journal.check(start) is CursorState.PRUNED
    assert await store.journal.check(store.journal.cursor(old[1].id)) is CursorState.PRUNED
    assert await store.journal.check(store.journal.cursor(old[2].id)) is CursorState.FRESH
    assert await store.journal.after(old[2].id) == new
    with pytest.raises(JournalPruned):
        await store.journal.after(old[1].id)
    assert await store.journal.prune(NOW) == 0
    assert await heard(store, 0, 5) == [*old, *new], "memory still has them"
    async with Store.open(url, home) as later:
        with pytest.raises(JournalPruned):
            await anext(later.journal.tail(0))
        assert await heard(later, old[2].id, 2) == new


async def test_ids_go_on_after_everything_was_pruned(store: Store) -> None:
    old = await tell(store, *"abc")
    assert await store.journal.prune(NOW + MINUTE) == 3
    assert await store.journal.last_id() == old[-1].id
    assert await store.journal.check(Cursor(id=old[-1].id)) is CursorState.FRESH
    (new,) = await tell(store, "new")
    assert new.id > old[-1].id
    assert await store.journal.after(old[-1].id) == [new]


async def test_an_event_out_of_time_ends_the_pruning(store: Store) -> None:
    """Clocks of two machines differ: what is gone must be a beginning of the journal."""
    events = [
        (await tell(store, "old", at=NOW - 2 * MINUTE))[0],
        (await tell(store, "new", at=NOW + MINUTE))[0],
        (await tell(store, "late", at=NOW - 2 * MINUTE))[0],
    ]
    assert await store.journal.prune(NOW) == 1
    assert await store.journal.after(events[0].id) == events[1:]


async def test_cursors_of_another_history_are_foreign(store: Store) -> None:
    (event,) = await tell(store, "one")
    assert await store.journal.check(Cursor(id=event.id)) is CursorState.FRESH
    assert await store.journal.check(Cursor(id=event.id, epoch="0000")) is CursorState.FOREIGN
    assert await store.journal.check(Cursor(id=event.id + 1)) is CursorState.FOREIGN


def no_lock(_lock: Lock) -> TextClause:
    return text("SELECT 1")


@pytest.mark.parametrize("locked", [True, False], ids=["locked", "without the lock"])
async def test_no_reader_skips_an_event_that_commits_late(
    locked: bool, postgres_url: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction takes its id first and commits last. Without the lock its event is lost."""
    if not locked:
        monkeypatch.setattr(locks, "held_to_commit", no_lock)
    async with (
        Store.open(postgres_url, home) as slow,
        Store.open(postgres_url, home) as quick,
        Store.open(postgres_url, home) as reader,
    ):
        numbered, finish = Signal(), Signal()
        seen: list[str] = []

        async def write_slowly() -> None:
            async with slow.write() as connection:
                await append(connection, [happening("first")], NOW)
                numbered.set()
                await finish.wait()

        async def listen() -> None:
            async for event in reader.journal.tail(0):
                seen.append(event.summary)  # noqa: PERF401  it has no end

        with fail_after(4):
            async with create_task_group() as group:
                group.start_soon(listen)
                group.start_soon(write_slowly)
                await numbered.wait()
                group.start_soon(tell, quick, "second")
                with move_on_after(0.5):
                    while not seen:
                        await sleep(0.01)
                assert seen == ([] if locked else ["second"])
                finish.set()
                with move_on_after(1):
                    while len(seen) < 2:
                        await sleep(0.01)
                group.cancel_scope.cancel()
        assert seen == (["first", "second"] if locked else ["second"])


async def test_a_long_tail_sees_every_event_of_many_writers(
    store: Store, url: str | None, home: Path
) -> None:
    async with Store.open(url, home) as other:
        seen: list[int] = []

        async def write(mine: Store) -> None:
            for number in range(40):
                await tell(mine, str(number), at=NOW + timedelta(seconds=number))

        async def listen() -> None:
            seen.extend(ids(await heard(store, 0, 80)))

        async with create_task_group() as group:
            group.start_soon(listen)
            group.start_soon(write, store)
            group.start_soon(write, other)
        assert seen == ids(await store.journal.after(0))
        assert len(seen) == 80
