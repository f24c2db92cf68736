"""One look at what a store holds, without making or migrating it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from anyio import CancelScope
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.errors import StoreError
from opsroom.store.engines import reading, require_driver
from opsroom.store.failures import reported
from opsroom.store.place import Place


@asynccontextmanager
async def peek(place: Place) -> AsyncGenerator[AsyncConnection]:
    """A connection that reads; nothing is changed.

    Raises:
        StoreError: there is no store, it can't be read, or it is of another version.
    """
    require_driver(place)
    if place.url is None and not place.file.exists():
        raise StoreError(f"there is no store in {place.home}", "start `opsroom serve` once")
    engine = reading(place)
    try:
        with reported(place):
            async with engine.connect() as connection:
                yield connection
    finally:
        with CancelScope(shield=True):
            await engine.dispose()
