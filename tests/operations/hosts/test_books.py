from collections.abc import AsyncGenerator
from datetime import UTC, datetime

import anyio
import pytest
from tests.operations.rooms import Yard

from opsroom.clients.github.write.rejections import Rejections
from opsroom.model.rejection import Rejection
from opsroom.operations.hosts import books
from opsroom.operations.hosts.books import StoredRejections, StoredValidators
from opsroom.store.database import Store
from opsroom.store.rejections import take_back

pytestmark = pytest.mark.anyio


@pytest.fixture
async def store(yard: Yard) -> AsyncGenerator[Store]:
    async with Store.open(None, yard.home) as opened:
        yield opened


async def test_answers_outlive_the_process_that_got_them(store: Store) -> None:
    async with anyio.create_task_group() as tasks:
        first = StoredValidators(store)
        tasks.start_soon(first.keep_written)
        await anyio.wait_all_tasks_blocked()
        await first.put("token-1", "https://h/a", '"1"', "old")
        await first.put("token-1", "https://h/a", '"2"', "new")
        await first.put("token-2", "https://h/a", '"3"', "another's")
        assert await first.get("token-1", "https://h/a") == ('"2"', "new")
        tasks.cancel_scope.cancel()
    second = StoredValidators(store)
    assert await second.get("token-1", "https://h/a") == ('"2"', "new")
    assert await second.get("token-2", "https://h/a") == ('"3"', "another's")
    assert await second.get("token-3", "https://h/a") is None


async def test_memory_is_bounded_and_nothing_is_lost(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books, "MOST", 300)
    validators = StoredValidators(store)
    bodies = [chr(ord("a") + number) * 100 for number in range(8)]
    for number, body in enumerate(bodies):
        await validators.put("t", f"https://h/{number}", f'"{number}"', "replaced")
        await validators.put("t", f"https://h/{number}", f'"{number}"', body)
    kept = validators._known.values()  # pyright: ignore[reportPrivateUsage]  # what is bounded
    assert sum(len(body) for _, body in kept) == 300
    for number, body in enumerate(bodies):
        assert await validators.get("t", f"https://h/{number}") == (f'"{number}"', body)


async def test_what_is_forgotten_while_others_are_written_down_breaks_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books, "MOST", 5)
    validators = StoredValidators(store)
    for number in range(5):
        await validators.put("t", f"https://h/{number}", "e", "x")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(validators.write)
        await anyio.sleep(0)
        await anyio.sleep(0)
        for number in range(5, 15):
            tasks.start_soon(validators.put, "t", f"https://h/{number}", "e", "x")
    await validators.write()
    for number in range(15):
        assert await validators.get("t", f"https://h/{number}") == ("e", "x")


async def test_a_no_outlives_the_process_that_heard_it_until_it_is_taken_back(yard: Yard) -> None:
    no = Rejection(
        host="github.com",
        repository="R_1",
        key="6f" * 16,
        number=7,
        url="https://github.com/acme/api/pull/7",
        by="kim",
        at=datetime(2026, 3, 1, tzinfo=UTC),
    )
    async with Store.open(None, yard.home) as store:
        first: Rejections = StoredRejections(store)
        assert await first.remember(no)
    async with Store.open(None, yard.home) as store:
        second: Rejections = StoredRejections(store)
        assert await second.rejection("github.com", "R_1", no.key) == no
        async with store.write() as connection:
            await take_back(connection, no)
        assert await second.rejection("github.com", "R_1", no.key) is None
        assert not await second.remember(no)
