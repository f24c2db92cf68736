"""An open store: transactions that read, transactions that write, and its journal."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

from anyio import CancelScope, Event, Lock, create_task_group, to_thread
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from opsroom.store import commits, locks
from opsroom.store.engines import reading, require_driver, writing
from opsroom.store.failures import reported
from opsroom.store.journal import Journal
from opsroom.store.place import Place
from opsroom.store.schema import new_epoch, prepare

Connection = AsyncConnection
"""What a transaction is done through. Rooms above know it by this name only."""


class Store:
    """The record of one installation, in SQLite or Postgres. Open it with `Store.open`."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.version = 0
        """Moves whenever anything was committed: at once by this process, soon by another."""
        self.journal = Journal(self.read, self.write)
        self._writer = writing(place)
        self._reader = reading(place)
        self._writing = Lock()
        self._name = new_epoch()
        self._news = Event()

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str | None, home: Path) -> AsyncGenerator[Self, None]:
        """Open the store at `url` (Postgres) or in `home` (SQLite); make or migrate it first.

        While it is open it follows what other processes commit.

        Raises:
            StoreError: it can't be made, is corrupt, or was written by a newer version.
        """
        place = Place.of(url, home)
        require_driver(place)
        await to_thread.run_sync(prepare, place)
        store = cls(place)
        failure: Exception | None = None
        try:
            async with create_task_group() as group:
                try:
                    with reported(place):
                        await group.start(store.journal.follow)
                        await group.start(commits.watch, place, store._name, store._moved)
                    yield store
                except Exception as error:  # noqa: BLE001  raised below: a task group would wrap it
                    failure = error
                group.cancel_scope.cancel()
        finally:
            with CancelScope(shield=True):
                await store._reader.dispose()
                await store._writer.dispose()
        if failure is not None:
            raise failure

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection, None]:
        """A transaction that sees one state of the store and can't change it.

        Raises:
            StoreError: the store can't be read.
        """
        with reported(self.place):
            async with _connected(self._reader) as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncConnection, None]:
        """A transaction that excludes every other writer, in any process, from its begin on.

        It commits when the block ends, and leaves nothing behind when the block raises. So what
        was read in it is still true when it commits. Keep it short.

        Raises:
            StoreError: the store can't be written: its disk is full, its lock was not had in
                time, its server is gone.
        """
        with reported(self.place):
            async with self._writing, _connected(self._writer) as connection:
                await connection.begin()
                on_postgres = self.place.url is not None
                if on_postgres:
                    await connection.execute(locks.held_to_commit(locks.Lock.WRITING))
                yield connection
                with CancelScope(shield=True):
                    if on_postgres:
                        await connection.execute(
                            text("SELECT pg_notify(:channel, :sender)"),
                            {"channel": commits.CHANNEL, "sender": self._name},
                        )
                    await connection.commit()
                self._moved()

    async def changed(self) -> None:
        """Wait until something is committed, here or elsewhere."""
        await self._news.wait()

    def _moved(self) -> None:
        """Something was committed."""
        self.version += 1
        self.journal.committed()
        news, self._news = self._news, Event()
        news.set()


@asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncGenerator[AsyncConnection, None]:
    """A connection of the pool; what was not committed is rolled back, even when cancelled."""
    connection = engine.connect()
    await connection.start()
    try:
        yield connection
    finally:
        with CancelScope(shield=True):
            await connection.close()
