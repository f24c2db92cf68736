"""What the databases say when something goes wrong, told to people.

Only what a user can meet is translated: full disks, locks, permissions, corruption, a server that
is gone. A constraint that was violated or a statement that is wrong is a bug and stays one.
"""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import exc
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from opsroom.errors import StoreError
from opsroom.store import copies
from opsroom.store.place import Place

BUGS = (
    exc.IntegrityError,
    exc.ProgrammingError,
    exc.DataError,
    exc.NotSupportedError,
    sqlite3.IntegrityError,
    sqlite3.ProgrammingError,
)
CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
DENIED = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)
DISK_FULL, LOCK_NOT_AVAILABLE, NOT_ALLOWED = "53100", "55P03", "42501"
"""SQLSTATEs of Postgres."""


class UnusableStore(StoreError):
    """What is there is corrupt, of a newer version, or not a store: only another one will do."""


@contextmanager
def reported(place: Place) -> Generator[None, None, None]:
    """Turn what a database raises inside into a `StoreError` about `place`."""
    try:
        yield
    except PoolTimeout as error:
        raise StoreError(f"The store {place} is too busy", "try again in a moment") from error
    except (DBAPIError, sqlite3.Error) as error:
        said = error.orig if isinstance(error, DBAPIError) else error
        not_allowed = getattr(said, "sqlstate", None) == NOT_ALLOWED
        if said is None or (isinstance(error, BUGS) and not not_allowed):
            raise
        raise explained(said, place) from error


def explained(error: BaseException, place: Place) -> StoreError:
    """What happened to the store at `place`, and what to do about it."""
    if isinstance(error, sqlite3.Error):
        return _sqlite(error, place)
    state = getattr(error, "sqlstate", None)
    if state == LOCK_NOT_AVAILABLE:
        return _locked(place)
    if state == DISK_FULL:
        return StoreError(
            f"The server of the store {place} has no space left",
            "free some space on the server; nothing was half written",
        )
    said = str(error).strip().partition("\n")[0]
    return StoreError(
        f"The store {place} can't be used",
        f"see that the server runs and lets this user in; it said: {said}",
    )


def _sqlite(error: sqlite3.Error, place: Place) -> StoreError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StoreError(
            f"No space left for the store in {place.home}",
            "free some space there; nothing was half written",
        )
    if code in CORRUPT:
        return _corrupt(place, str(error))
    if code in BUSY:
        return _locked(place)
    if code in DENIED:
        return StoreError(
            f"The store {place} can't be opened for writing",
            f"see who owns {place.home} and its files",
        )
    return StoreError(
        f"The store {place} can't be read or written",
        f"see whether the disk that holds {place.home} is full or failing; SQLite says: {error}",
    )


def _locked(place: Place) -> StoreError:
    return StoreError(
        f"Another process has been writing to the store {place} for too long",
        "try again in a moment",
    )


def _corrupt(place: Place, said: str) -> StoreError:
    """A store that is broken: its file, the newest copy that is not, and the way back."""
    copy = copies.newest_verified(place.backups)
    way_back = (
        f"the newest verified backup is {copy}: run `opsroom restore {copy}`"
        if copy
        else f"there is no verified backup in {place.backups}: run `opsroom restore FILE` with one"
        " of yours, or move the file away to begin anew"
    )
    return UnusableStore(f"The store {place.file} is corrupt ({said})", way_back)
