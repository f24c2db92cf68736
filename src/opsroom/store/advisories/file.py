"""The SQLite file in which advisories are kept: opened, shared, and made again when it is broken.

It is a file of its own, also when the store is on Postgres: everything in it can be fetched again.
Threads and processes share it: whoever writes is alone, and nobody who reads waits. A transaction
is there in full or not at all, however the process ends.
"""

import contextlib
import logging
import os
import sqlite3
from collections.abc import Generator
from pathlib import Path
from threading import Lock
from uuid import uuid4

from opsroom.errors import StoreError

log = logging.getLogger("opsroom.store.advisories")

VERSION = 1
"""Of the tables; a file of another version is made again."""
BUSY = 60.0
"""Seconds that a writer waits for another one."""
CORRUPT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE source (
  source TEXT NOT NULL, part TEXT NOT NULL, mark TEXT NOT NULL DEFAULT '',
  as_of TEXT, fetched_at TEXT, failed TEXT NOT NULL DEFAULT '', held INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (source, part)) WITHOUT ROWID;
CREATE TABLE record (
  record INTEGER PRIMARY KEY, source TEXT NOT NULL, part TEXT NOT NULL, id TEXT NOT NULL,
  stamp TEXT NOT NULL, modified TEXT, reason TEXT NOT NULL, body TEXT, advisory INTEGER,
  UNIQUE (source, part, id));
CREATE INDEX record_advisory ON record (advisory);
CREATE TABLE name (
  name TEXT NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (name, record)) WITHOUT ROWID;
CREATE INDEX name_record ON name (record);
CREATE TABLE package (
  key TEXT NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (key, record)) WITHOUT ROWID;
CREATE INDEX package_record ON package (record);
CREATE TABLE merged (advisory INTEGER PRIMARY KEY, modified TEXT, body TEXT NOT NULL);
CREATE TABLE exploit (
  cve TEXT PRIMARY KEY, exploited TEXT, ransomware INTEGER NOT NULL DEFAULT 0, likely REAL
) WITHOUT ROWID;
CREATE TABLE moved (key TEXT PRIMARY KEY, revision INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX moved_revision ON moved (revision);
CREATE TABLE asked (
  source TEXT NOT NULL, key TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (source, key)
) WITHOUT ROWID;
"""
"""`record` is what a database said, `merged` what several said of one flaw; an advisory of a single
record has no row of its own. `moved` says at which revision a package's advisories last moved."""


class AdvisoryFile:
    """The file at `path`. Use `reading` and `writing`; every connection is given back.

    `only_look`: it is neither made, nor mended, nor written to.

    Raises:
        StoreError: the file can't be opened, read or written; says what to do.
    """

    def __init__(self, path: Path, *, only_look: bool = False) -> None:
        self.path = path
        self._only_look = only_look
        self._idle: list[sqlite3.Connection] = []
        self._lock = Lock()
        self._inode = (0, 0)

    @contextlib.contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """One unmoving view of the file."""
        with self._connection() as connection:
            connection.execute("BEGIN")
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """The only writer among all processes; committed when the block ends well."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    def close(self) -> None:
        """Close what is idle."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @property
    def identity(self) -> tuple[int, int]:
        """Which file it is; another one after it was made again."""
        return self._inode

    @contextlib.contextmanager
    def _connection(self) -> Generator[sqlite3.Connection]:
        connection: sqlite3.Connection | None = None
        try:
            connection, inode = self._borrow()
            yield connection
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            self._give_back(connection, inode)
            connection = None
        except sqlite3.Error as error:
            raise self._explained(error) from error
        finally:
            if connection is not None:  # in the middle of something: closing rolls it back
                connection.close()

    def _borrow(self) -> tuple[sqlite3.Connection, tuple[int, int]]:
        inode = _inode(self.path)
        with self._lock:
            if inode != self._inode:
                stale, self._idle, self._inode = self._idle, [], inode
            else:
                stale = []
            idle = self._idle.pop() if self._idle else None
        for each in stale:
            each.close()
        if idle is not None:
            return idle, inode
        opened = self._open()
        with self._lock:
            self._inode = _inode(self.path)
            return opened, self._inode

    def _give_back(self, connection: sqlite3.Connection, inode: tuple[int, int]) -> None:
        with self._lock:
            if inode == self._inode:
                self._idle.append(connection)
                return
        connection.close()

    def _look(self) -> sqlite3.Connection:
        """A connection that changes nothing."""
        place = f"{self.path.absolute().as_uri()}?mode=ro"
        connection = sqlite3.connect(
            place, uri=True, timeout=BUSY, isolation_level=None, check_same_thread=False
        )
        if _version(connection) != VERSION:
            connection.close()
            raise StoreError(
                "the advisories here are those of another version of Opsroom",
                "they are fetched again at the next start of `opsroom serve`",
            )
        return connection

    def _open(self) -> sqlite3.Connection:
        if self._only_look:
            return self._look()
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # What SQLite keeps beside the file gets the rights of the file. One that is there is
            # not opened: closing it would end the locks of all connections of this process.
            with contextlib.suppress(FileExistsError):
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except OSError as error:
            raise self._unusable(error) from error
        connection = sqlite3.connect(
            self.path, timeout=BUSY, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA temp_store = MEMORY")
            if _version(connection) != VERSION:
                _make(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _explained(self, error: sqlite3.Error) -> StoreError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in CORRUPT:
            if not self._only_look:
                self._start_over()
            return StoreError(
                "the advisories kept here are damaged", "they are fetched again at the next refresh"
            )
        return self._unusable(error)

    def _unusable(self, error: Exception) -> StoreError:
        return StoreError(
            f"the advisories in {self.path} can't be used: {error}",
            "look at the disk and at the permissions of the home folder",
        )

    def _start_over(self) -> None:
        """Put a broken file aside, for whoever wants to see it, so that a new one is made."""
        self.close()
        if _inode(self.path) != self._inode:  # another process did it
            return
        log.warning("%s is damaged: it is put aside and made again", self.path)
        with contextlib.suppress(FileNotFoundError):
            os.replace(self.path, self.path.with_name(f"{self.path.name}.damaged"))
        for suffix in ("-wal", "-shm"):
            self.path.with_name(f"{self.path.name}{suffix}").unlink(missing_ok=True)


def _inode(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_dev, found.st_ino


def _version(connection: sqlite3.Connection) -> int:
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found


def _make(connection: sqlite3.Connection) -> None:
    """Make the tables, in place of those of another version."""
    connection.execute("BEGIN IMMEDIATE")
    if _version(connection) == VERSION:  # another process was faster
        connection.execute("ROLLBACK")
        return
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (name,) in found:
        connection.execute(f'DROP TABLE "{name}"')
    for statement in TABLES.split(";\n"):
        if statement.strip():
            connection.execute(statement)
    connection.execute("INSERT INTO meta VALUES ('epoch', ?), ('revision', '0')", [uuid4().hex])
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")
