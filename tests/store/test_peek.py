from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsroom.errors import StoreError
from opsroom.store.database import Store
from opsroom.store.deliveries import Delivery, last_received, take_in
from opsroom.store.peek import peek
from opsroom.store.place import Place

pytestmark = pytest.mark.anyio

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


async def test_a_store_is_read_while_it_is_open(tmp_path: Path) -> None:
    async with Store.open(None, tmp_path) as store:
        async with store.write() as connection:
            await take_in(connection, Delivery(guid="1", source="s", event="push", received_at=AT))
        async with peek(Place(tmp_path)) as connection:
            assert await last_received(connection, "s") == AT
            with pytest.raises(StoreError):
                async with peek(Place(tmp_path)) as writing:
                    await take_in(
                        writing, Delivery(guid="2", source="s", event="push", received_at=AT)
                    )


async def test_no_store_is_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store"):
        async with peek(Place(tmp_path)):
            raise AssertionError("it was opened")
    assert list(tmp_path.iterdir()) == []


async def test_a_file_that_is_none_says_so(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite").write_bytes(b"not a database, not at all" * 500)
    with pytest.raises(StoreError):
        async with peek(Place(tmp_path)) as connection:
            await last_received(connection, "s")
