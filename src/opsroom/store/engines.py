"""Database engines: one that writes, one that reads, one for schema work."""

import sqlite3
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from opsroom.errors import StoreError
from opsroom.store import patient_sqlite
from opsroom.store.place import Place

if TYPE_CHECKING:
    from psycopg import AsyncConnection

BUSY_TIMEOUT = 10.0
"""Seconds that a writer waits for a writer in another process."""

READERS = 4
ALIVE = {"keepalives_idle": 10, "keepalives_interval": 3, "keepalives_count": 3}
"""A silent server, or client, is given up after about 20 seconds, with what it had locked."""

SESSION = {
    "lock_timeout": f"{BUSY_TIMEOUT:.0f}s",
    "idle_in_transaction_session_timeout": "60s",
    **{f"tcp_{name}": str(value) for name, value in ALIVE.items()},
}


def require_driver(place: Place) -> None:
    """See that what `place` needs is installed.

    Raises:
        StoreError: psycopg is not, or SQLite is older than 3.35 (it must know RETURNING).
    """
    if place.url is None and sqlite3.sqlite_version_info < (3, 35):
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old",
            "use a Python that comes with SQLite 3.35 or newer",
        )
    if place.url is not None and find_spec("psycopg") is None:
        raise StoreError(
            "A Postgres store needs psycopg, which is not installed",
            "run `pip install 'opsroom[postgres]'`",
        )


def writing(place: Place) -> AsyncEngine:
    """One connection, whose transactions exclude other writers from their begin on."""
    if place.url is not None:
        return _postgres(place.url, pool_size=1)
    engine = _sqlite(place, pool_size=1)
    _tune(engine.sync_engine, "BEGIN IMMEDIATE", "foreign_keys = ON")
    return engine


def reading(place: Place) -> AsyncEngine:
    """A few connections, each of whose transactions sees one state and changes none."""
    if place.url is not None:
        return _postgres(place.url, pool_size=READERS).execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
    engine = _sqlite(place, pool_size=READERS)
    _tune(engine.sync_engine, "BEGIN", "query_only = ON")
    return engine


def schema_work(place: Place) -> Engine:
    """For creating and migrating, in a worker thread.

    Foreign keys are off on SQLite: rebuilding a table drops the old one, and dropping a table
    deletes its rows, and with them, by cascade, what belongs to them.
    """
    if place.url is not None:
        return create_engine(place.url, connect_args=postgres_options(place.url), pool_size=1)
    engine = create_engine(
        URL.create("sqlite", database=str(place.file)),
        connect_args={"timeout": BUSY_TIMEOUT},
        pool_size=1,
    )
    _tune(engine, "BEGIN IMMEDIATE", "foreign_keys = OFF")
    return engine


def postgres_options(url: URL) -> dict[str, Any]:
    """What every connection to Postgres is opened with, beside what `url` says."""
    settings = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
    return {
        "application_name": "opsroom",
        "connect_timeout": 10,
        "options": f"{url.query.get('options', '')} {settings}".strip(),
        **ALIVE,
    }


async def connect(place: Place) -> "AsyncConnection":
    """A Postgres connection of its own, for a lock or to listen. Each statement commits."""
    from psycopg import AsyncConnection

    if place.url is None:
        raise ValueError(f"{place} is not a Postgres store")
    plain = place.url.set(drivername="postgresql").render_as_string(hide_password=False)
    options = postgres_options(place.url)
    return await AsyncConnection.connect(plain, autocommit=True, **options)


def _postgres(url: URL, pool_size: int) -> AsyncEngine:
    from opsroom.store.patient_postgres import PatientConnection

    return create_async_engine(
        url,
        connect_args={
            "async_creator_fn": PatientConnection.connect,
            **postgres_options(url),
        },
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=True,
    )


def _sqlite(place: Place, pool_size: int) -> AsyncEngine:
    async def opened(*_: object, **__: object) -> object:
        return await patient_sqlite.connect(place.file, BUSY_TIMEOUT)

    return create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(place.file)),
        async_creator=opened,
        pool_size=pool_size,
        max_overflow=0,
    )


def _tune(engine: Engine, begin: str, pragma: str) -> None:
    """Let us, not the driver, begin transactions; set up each new connection."""

    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for setting in ("journal_mode = WAL", "synchronous = NORMAL", pragma):
            cursor.execute(f"PRAGMA {setting}")
        cursor.close()

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
