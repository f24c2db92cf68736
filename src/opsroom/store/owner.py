"""One owner a store, which runs the monitors, and one a host's source, which watches that.

The others read and wait. Whoever owns the store may lack the credential of a source, so a source
is claimed by itself, among the processes that can watch it.

On SQLite an owner holds a file lock, on Postgres a lock of its session. Both end with the process,
however it ends, so that another can take over at its next attempt.
"""

import fcntl
import os
import re
from abc import ABC, abstractmethod
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from anyio import CancelScope, move_on_after, sleep

from opsroom.errors import StoreError
from opsroom.store.engines import connect
from opsroom.store.failures import explained
from opsroom.store.locks import Lock
from opsroom.store.place import Place

if TYPE_CHECKING:
    from psycopg import AsyncConnection

EVERY = 0.5
"""Seconds between two attempts to become the owner."""

PATIENCE = 5.0
"""Seconds after which a server that doesn't answer has to be taken for gone."""


class Owner(ABC):
    """A claim on one store, or on one source. Use as a context manager: leaving it releases."""

    held = False
    """Whether the store was owned when that was last looked at."""

    @classmethod
    def of(cls, place: Place, source: str = "") -> "Owner":
        """A claim on the store at `place`, or on the source of that key in it, not held yet."""
        return _FileOwner(place, source) if place.url is None else _DatabaseOwner(place, source)

    @abstractmethod
    async def try_acquire(self) -> bool:
        """Become the owner if there is none; True also when it is this one already.

        Raises:
            StoreError: the lock can't be asked for.
        """

    @abstractmethod
    async def check(self) -> bool:
        """Look whether the claim still holds. False: somebody else may be the owner now."""

    @abstractmethod
    async def release(self) -> None:
        """Stop being the owner."""

    @abstractmethod
    async def who(self) -> str:
        """The owner, for people, as far as it can be told."""

    async def acquire(self) -> None:
        """Wait until this is the owner."""
        while not await self.try_acquire():  # noqa: ASYNC110  no event tells of another process
            await sleep(EVERY)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with CancelScope(shield=True):
            await self.release()


class _FileOwner(Owner):
    """A lock on `owner.lock` or `watch-....lock` in the home folder; it says the process id, too.

    A file of a source stays when its lock is let go: removing it could take it from the next one.
    """

    def __init__(self, place: Place, source: str) -> None:
        self._file = place.home / (_lock_name(source) if source else "owner.lock")
        self._descriptor: int | None = None

    async def try_acquire(self) -> bool:
        if await self.check():
            return True
        try:
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreError(
                f"The lock {self._file} can't be opened: {error.strerror}", "see who owns it"
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor
        return await self.check()

    async def check(self) -> bool:
        """A lock on a file that was removed or replaced keeps nobody out: it is given up."""
        if self._descriptor is not None and not _is_open_at(self._descriptor, self._file):
            await self.release()
        self.held = self._descriptor is not None
        return self.held

    async def release(self) -> None:
        descriptor, self._descriptor, self.held = self._descriptor, None, False
        if descriptor is not None:
            os.ftruncate(descriptor, 0)
            os.close(descriptor)

    async def who(self) -> str:
        try:
            return f"process {int(self._file.read_text())}"
        except (OSError, ValueError):
            return "another process"


class _DatabaseOwner(Owner):
    """An advisory lock of a session that is kept open for it."""

    def __init__(self, place: Place, source: str) -> None:
        self._place = place
        self._source = source
        self._session: AsyncConnection | None = None

    async def try_acquire(self) -> bool:
        from psycopg import OperationalError

        if self.held and await self.check():
            return True
        try:
            if self._session is None or self._session.closed:
                self._session = await connect(self._place)
            got = await self._session.execute(
                "SELECT pg_try_advisory_lock(%s, hashtext(current_schema() || %s::text))",
                [int(Lock.WATCHING if self._source else Lock.OWNING), self._source],
            )
            self.held = (await got.fetchone()) == (True,)
        except OperationalError as error:
            await self.release()
            raise explained(error, self._place) from error
        return self.held

    async def check(self) -> bool:
        from psycopg import OperationalError

        if self._session is None or not self.held:
            return False
        answered = False
        with move_on_after(PATIENCE):
            try:
                await self._session.execute("SELECT 1")
                answered = True
            except OperationalError:  # the session is gone, and the lock with it
                answered = False
        if not answered:
            await self.release()
        return self.held

    async def release(self) -> None:
        from psycopg import Error

        session, self._session, self.held = self._session, None, False
        if session is not None:
            with move_on_after(PATIENCE), suppress(Error):
                # Closing alone would free the lock only when the server gets to it.
                await session.execute("SELECT pg_advisory_unlock_all()")
            await session.close()

    async def who(self) -> str:
        return "another process, perhaps on another machine"


def _lock_name(source: str) -> str:
    """A file name that people recognise and no two sources share."""
    told = re.sub(r"[^a-z0-9.-]+", "-", source.lower())[:60]
    return f"watch-{told}-{sha256(source.encode()).hexdigest()[:12]}.lock"


def _is_open_at(descriptor: int, file: Path) -> bool:
    """Whether `file` still is what was opened."""
    try:
        return os.path.samestat(os.fstat(descriptor), file.stat())
    except FileNotFoundError:
        return False
