from collections.abc import AsyncGenerator

import anyio
import pytest
from tests.operations.rooms import Yard

from opsroom.operations.hosts import books
from opsroom.operations.hosts.books import StoredValidators
from opsroom.store.database import Store

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
    monkeypatch.setattr(books, "MOST", 3)
    validators = StoredValidators(store)
    for number in range(8):
        await validators.put("t", f"https://h/{number}", f'"{number}"', "x")
    assert len(validators._known) == 3  # pyright: ignore[reportPrivateUsage]  # what is bounded
    for number in range(8):
        assert await validators.get("t", f"https://h/{number}") == (f'"{number}"', "x")
