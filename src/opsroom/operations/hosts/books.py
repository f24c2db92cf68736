"""What a client of a host remembers from run to run, kept in the store."""

import logging
from datetime import UTC, datetime

import anyio

from opsroom.errors import StoreError
from opsroom.model.budget import Budget
from opsroom.model.rejection import Rejection
from opsroom.store.budgets import load_budget, save_budget
from opsroom.store.database import Store
from opsroom.store.rejections import load_rejection, save_rejection
from opsroom.store.validators import load_validator, prune_validators, save_validator

log = logging.getLogger("opsroom.hosts")

EVERY = 30.0
"""Seconds between two times that answers are written down: losing some costs a request each."""

MOST = 32 << 20
"""Characters of the answers that are remembered in memory."""

MANY = 16 << 20
"""Characters that are written down until it is seen whether there are too many by now."""


class StoredBooks:
    """What a client of a host keeps its books in."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def read(self, account: str) -> Budget | None:
        """The budget as it was last kept."""
        async with self._store.read() as connection:
            return await load_budget(connection, account)

    async def keep(self, budget: Budget) -> None:
        """Keep it in place of the one before."""
        async with self._store.write() as connection:
            await save_budget(connection, budget)


class StoredRejections:
    """Where a client that writes to a host remembers what people said no to."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def rejection(self, host: str, repository: str, key: str) -> Rejection | None:
        """The newest no to `key` in a repository (the host's id of it) that nobody took back."""
        async with self._store.read() as connection:
            return await load_rejection(connection, host, repository, key)

    async def remember(self, rejection: Rejection) -> bool:
        """Keep a no; False where it was taken back before."""
        async with self._store.write() as connection:
            return await save_rejection(connection, rejection)


class StoredValidators:
    """Answers with their ETags: written down together, now and then, as they are many."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[tuple[str, str], tuple[str, str]] = {}
        self._size = 0
        self._unwritten: set[tuple[str, str]] = set()
        self._written = MANY

    async def get(self, credential: str, url: str) -> tuple[str, str] | None:
        """The ETag and what came with it."""
        known = self._known.get((credential, url))
        if known is None:
            async with self._store.read() as connection:
                known = await load_validator(connection, credential, url)
        return known

    async def put(self, credential: str, url: str, etag: str, body: str) -> None:
        """Remember both; what was put in first is forgotten first, once it is written down."""
        key = (credential, url)
        self._drop(key)
        self._known[key] = (etag, body)
        self._size += len(body)
        self._unwritten.add(key)
        if self._size > MOST:
            await self.write()
            for old in list(self._known):
                if self._size <= MOST:
                    break
                self._drop(old)

    async def keep_written(self) -> None:
        """Write down what is new, until cancelled, and once more then."""
        try:
            while True:
                await anyio.sleep(EVERY)
                await self.write()
        finally:
            with anyio.CancelScope(shield=True):
                await self.write()

    async def write(self) -> None:
        """Write down what is new; what can't be kept is asked for anew."""
        new = {key: self._known[key] for key in self._unwritten if key in self._known}
        self._unwritten.clear()
        if not new:
            return
        now = datetime.now(UTC)
        self._written += sum(len(body) for _, body in new.values())
        try:
            async with self._store.write() as connection:
                for (credential, url), (etag, body) in new.items():
                    await save_validator(connection, credential, url, etag, body, now)
                if self._written >= MANY:
                    self._written = 0
                    await prune_validators(connection)
        except StoreError as error:
            log.warning("answers of hosts could not be kept: %s", error)

    def _drop(self, key: tuple[str, str]) -> None:
        _, body = self._known.pop(key, ("", ""))
        self._size -= len(body)
