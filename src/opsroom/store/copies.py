"""Verified copies: a store as one SQLite file that can prove what it holds.

A copy is *sealed*: its table `meta` holds a SHA-256 over every other row. `integrity_check` finds
a broken structure, the seal finds a changed value.
"""

import hashlib
import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from opsroom.errors import StoreError

SEAL = "seal"
KEPT = 3


def snapshot(file: Path, target: Path) -> None:
    """Copy the SQLite store `file` to `target`, sealed, while others go on reading and writing.

    Raises:
        StoreError: the copy does not verify.
        sqlite3.Error: `file` can't be read, or `target` not be written.
    """
    with growing(target) as part:
        duplicate(file, part)


def duplicate(file: Path, target: Path) -> None:
    """Write the state that `file` is in now, with all that its WAL holds, to a new `target`."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=10)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))


@contextmanager
def growing(target: Path) -> Generator[Path, None, None]:
    """Give a path at which a copy can be made; it becomes `target` when it is whole.

    It is sealed and verified first, and on disk for good after. What was there is replaced. When
    the block raises, nothing has happened to `target`.
    """
    with TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as folder:
        part = Path(folder) / "copy.sqlite"
        yield part
        seal(part)
        part.chmod(0o600)
        _sync(part)
        part.replace(target)
        _sync(target.parent)


def seal(file: Path) -> None:
    """Write the hash of all rows of `file` into it, then verify what can be read back."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (SEAL, _hash(connection)))
    verify(file)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def version(connection: sqlite3.Connection) -> str | None:
    """The version of the schema, or None where the tables of a store are missing."""
    tables = "SELECT count(*) FROM sqlite_master WHERE name IN ('alembic_version', 'meta')"
    if connection.execute(tables).fetchone()[0] != 2:
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def verify(file: Path) -> str:
    """Check a copy as a whole and give the version of its schema.

    Raises:
        StoreError: it is missing, damaged, or not a store.
    """
    if not file.is_file():
        raise StoreError(f"There is no file {file}", "give the path of a backup")
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            found = version(connection)
            fault = None if found is None else _fault(connection)
    except sqlite3.DatabaseError as error:
        fault, found = str(error), ""
    if found is None:
        raise StoreError(f"{file} is not a store of Opsroom", "give the path of a backup")
    if fault is not None:
        raise StoreError(f"{file} is damaged ({fault})", "take another backup")
    return found


def _fault(connection: sqlite3.Connection) -> str | None:
    """What is wrong with a copy, or None."""
    said = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    if said != "ok":
        return said.partition("\n")[0]
    if connection.execute("PRAGMA foreign_key_check").fetchone():
        return "rows are missing"
    sealed = connection.execute("SELECT value FROM meta WHERE key = ?", (SEAL,)).fetchone()
    return "its seal is broken" if sealed and sealed[0] != _hash(connection) else None


def fresh_name(backups: Path, why: str) -> Path:
    """Where the next copy made for `why` goes; names sort by time. Makes the folder."""
    backups.mkdir(mode=0o700, exist_ok=True)
    return backups / f"{why}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.sqlite"


def forget_old(backups: Path, why: str) -> None:
    """Of the copies made for `why`, delete all but the last three."""
    for old in sorted(backups.glob(f"{why}-*.sqlite"))[:-KEPT]:
        old.unlink()


def newest_verified(backups: Path) -> Path | None:
    """The newest copy in `backups` that verifies now, or None."""
    found = [(file.stat().st_mtime_ns, file) for file in backups.glob("*.sqlite")]
    for changed, file in sorted(found, reverse=True):
        if _verifies(file, changed):
            return file
    return None


@lru_cache(maxsize=64)
def _verifies(file: Path, changed: int) -> bool:
    """Whether `file`, as it was `changed` (nanoseconds), verifies: told once."""
    try:
        verify(file)
    except StoreError:
        return False
    return True


def _hash(connection: sqlite3.Connection) -> str:
    """SHA-256 over the raw values of every row but the seal, in the file's own order."""
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " ORDER BY name"
    ).fetchall()
    digest = hashlib.sha256()
    for (name,) in names:
        digest.update(f"{name}\n".encode())
        unsealed = f" WHERE key <> '{SEAL}'" if name == "meta" else ""
        for row in connection.execute(f'SELECT * FROM "{name}" NOT INDEXED{unsealed}'):  # noqa: S608  the file's own names
            digest.update(repr(row).encode())
    return digest.hexdigest()
