"""Making a store exist at this version: created, or migrated after a verified copy.

All of it is synchronous and runs in a worker thread, once, when a store is opened. Alembic, which
takes a second to import, is only loaded when there is something to migrate.

On Postgres a migration is one transaction, so a failed one leaves the store as it was; no copy is
made there.
"""

import fcntl
import os
import secrets
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from opsroom.errors import StoreError
from opsroom.store import copies
from opsroom.store.engines import BUSY_TIMEOUT, schema_work
from opsroom.store.failures import UnusableStore, reported
from opsroom.store.graph_tables import links
from opsroom.store.locks import Lock, held_to_commit
from opsroom.store.place import Place
from opsroom.store.scan_tables import runs
from opsroom.store.tables import meta

MIGRATIONS = Path(__file__).parent / "migrations"
VERSIONS = MIGRATIONS / "versions"
TABLES = (meta, runs, links)
"""One of each module that declares some, so that all are known here."""


def known_versions() -> list[str]:
    """Every version that this program knows, oldest first; the last is the one it uses."""
    return sorted(file.stem for file in VERSIONS.glob("[0-9]*.py"))


def new_epoch() -> str:
    """A name for one history of a store, in eight hexadecimal digits."""
    return secrets.token_hex(4)


def prepare(place: Place) -> None:
    """Create the store, or bring it to this version.

    Raises:
        StoreError: the home folder can't be made, or the store is corrupt, foreign, of a newer
            version, or could not be migrated (then it is as it was).
    """
    make_home(place)
    with reported(place):
        if place.url is not None:
            _prepare_database(place)
        elif place.file.exists():
            _bring_up_to_date(place)
        else:
            _create_in_home(place)


def make_home(place: Place) -> None:
    """Make the home folder, for its owner alone, and see that it can be written.

    Raises:
        StoreError: it can't.
    """
    try:
        place.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        denied = error.strerror
    else:
        denied = "" if os.access(place.home, os.W_OK | os.X_OK) else "permission denied"
    if denied:
        raise StoreError(
            f"The home folder {place.home} can't be used: {denied}",
            "set OPSROOM_HOME to a folder that can be written",
        )


def _create_in_home(place: Place) -> None:
    """Make the file in a folder of its own first: it appears whole, once, or not at all."""
    nursery = Place(place.home / ".new")
    with _folder_locked(place.home):
        if place.file.exists():
            return _bring_up_to_date(place)
        try:
            remove_file(nursery)
            nursery.home.mkdir(mode=0o700, exist_ok=True)
            create_file(nursery)
            _complete(nursery)
            remove_file(place)
            nursery.file.rename(place.file)
        finally:
            remove_file(nursery)
            nursery.home.rmdir()


def create_file(place: Place) -> None:
    """Make a new SQLite store at `place`, readable by its owner alone."""
    os.close(os.open(place.file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    engine = schema_work(place)
    try:
        with engine.begin() as connection:
            _create(connection)
    finally:
        engine.dispose()


def _complete(place: Place) -> None:
    """See that all of a store is in its file, not in a WAL that couldn't be written back."""
    with closing(sqlite3.connect(place.file, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def remove_file(place: Place) -> None:
    """Remove a SQLite store with its companions: SQLite would read an orphaned WAL."""
    for suffix in ("", "-wal", "-shm"):
        place.file.with_name(place.name + suffix).unlink(missing_ok=True)


def _create(connection: Connection) -> None:
    """Make every table, empty, at this version: what all the migrations make, but quicker."""
    for metadata in {table.metadata for table in TABLES}:
        metadata.create_all(connection, checkfirst=False)
    connection.execute(
        text(
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,"
            " CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
        )
    )
    connection.execute(
        text("INSERT INTO alembic_version VALUES (:version)"), {"version": known_versions()[-1]}
    )
    connection.execute(meta.insert(), [{"key": "epoch", "value": new_epoch()}])


def _prepare_database(place: Place) -> None:
    """On Postgres: create or migrate, each in one transaction that others wait for."""
    engine = schema_work(place)
    try:
        with engine.begin() as connection:
            connection.execute(held_to_commit(Lock.OPENING))
            if not inspect(connection).has_table("alembic_version"):
                return _create(connection)
            version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            if _is_behind(str(version), place):
                with _failure_told(str(version), "every change of the migration was undone"):
                    migrate(connection)
    finally:
        engine.dispose()


def _bring_up_to_date(place: Place) -> None:
    """On SQLite: see that the file is a store, and migrate it if it is of an older version."""
    with closing(sqlite3.connect(place.file, timeout=BUSY_TIMEOUT)) as connection:
        version = copies.version(connection)
    if version is None:
        raise UnusableStore(
            f"{place} is not a store of Opsroom",
            "move it away to begin anew, or run `opsroom restore FILE` with a backup",
        )
    if _is_behind(version, place):
        why = f"before-{known_versions()[-1]}"
        copy = copies.fresh_name(place.backups, why)
        copies.snapshot(place.file, copy)
        copies.forget_old(place.backups, why)
        with _failure_told(version, f"a verified copy of it is {copy}"):
            migrate_file(place)


def _is_behind(version: str, place: Place) -> bool:
    known = known_versions()
    if version not in known:
        raise UnusableStore(
            f"The store {place} was written by a newer version of Opsroom"
            f" (its schema is {version[:60]}, this program knows {known[-1]})",
            "upgrade Opsroom, or set OPSROOM_HOME to another folder",
        )
    return version != known[-1]


def migrate_file(place: Place) -> None:
    """Migrate the SQLite store at `place`, in one transaction."""
    engine = schema_work(place)
    try:
        with engine.begin() as connection:
            migrate(connection)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone()
            if broken is not None:
                raise StoreError(f"The migration left rows of {broken[0]} without their parents")
    finally:
        engine.dispose()


def migrate(connection: Connection) -> None:
    """Run the migrations that are missing, inside the caller's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("path_separator", "newline")
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("version_locations", str(VERSIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@contextmanager
def _failure_told(version: str, safety: str) -> Generator[None, None, None]:
    """Whatever a migration raises becomes a `StoreError`: the old store still works."""
    try:
        yield
    except Exception as error:
        said = str(error).partition("\n")[0]
        raise StoreError(
            f"The store could not be migrated to {known_versions()[-1]} ({said});"
            f" it still is at {version} and works",
            f"go back to the Opsroom that you used before, and report this; {safety}",
        ) from error


@contextmanager
def _folder_locked(folder: Path) -> Generator[None, None, None]:
    """Keep other processes from creating a store in `folder` meanwhile."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
