"""Backup and restore, in one format for both databases: a sealed SQLite file.

So a store that has outgrown SQLite moves to Postgres by a backup and a restore, or back. A restore
replaces the rows in one transaction: whoever else has the store open sees the old state, then the
new one, and a new epoch, which makes every cursor of the old history foreign.
"""

import sqlite3
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from anyio import to_thread
from sqlalchemy import Connection, delete, func, insert, select, text

from opsroom.errors import StoreError
from opsroom.store import copies, meta, tables
from opsroom.store.commits import CHANNEL
from opsroom.store.database import Store
from opsroom.store.engines import require_driver, schema_work
from opsroom.store.failures import UnusableStore, reported
from opsroom.store.locks import Lock, held_to_commit
from opsroom.store.owner import Owner
from opsroom.store.place import Place
from opsroom.store.schema import (
    create_file,
    known_versions,
    make_home,
    migrate_file,
    new_epoch,
    prepare,
)

ROWS = 1000
"""Rows that are in memory at once."""


async def backup(store: Store, file: Path) -> None:
    """Write the state that `store` is in now to `file`, verified, while writing goes on.

    `file` appears whole or not at all; what was there is replaced.

    Raises:
        StoreError: the store can't be read, or `file` not be written.
    """
    await to_thread.run_sync(_back_up, store.place, file)


async def restore(file: Path, url: str | None, home: Path) -> Path | None:
    """Replace all that the store at `url` or in `home` holds by what the backup `file` holds.

    Gives where the replaced store was kept: a verified copy, or the folder into which a store
    that can't be used was moved.

    Raises:
        StoreError: `file` is damaged, not a backup, or of a newer version; the store has an
            owner, or can't be written. The store is as it was.
    """
    place = Place.of(url, home)
    require_driver(place)
    version = await to_thread.run_sync(copies.verify, file)
    if version not in known_versions():
        raise StoreError(
            f"{file} was written by a newer version of Opsroom ({version[:60]})", "upgrade Opsroom"
        )
    await to_thread.run_sync(make_home, place)
    async with Owner.of(place) as owner:
        if not await owner.try_acquire():
            raise StoreError(
                f"The store {place} is in use by {await owner.who()}",
                "stop `opsroom serve` and every `opsroom stdio` first",
            )
        return await to_thread.run_sync(_replace, file, version, place)


def _back_up(place: Place, file: Path) -> None:
    if file.resolve() == place.file.resolve():
        raise StoreError(f"{file} is the store itself", "name another file")
    try:
        with reported(place):
            _copy_out(place, file)
    except OSError as error:
        raise StoreError(
            f"The backup {file} can't be written: {error.strerror}", "name a file in another folder"
        ) from error


def _copy_out(place: Place, file: Path) -> None:
    """Write a copy of either kind of store to `file`."""
    if place.url is not None:
        with copies.growing(file) as part:
            target = Place(part.parent, name=part.name)
            create_file(target)
            _copy_rows(place, target)
        return
    try:
        copies.snapshot(place.file, file)
    except sqlite3.OperationalError as error:
        raise StoreError(
            f"The backup {file} can't be written ({error})",
            f"see whether there is space left in {file.parent}",
        ) from error


def _replace(file: Path, version: str, place: Place) -> Path | None:
    with reported(place), TemporaryDirectory(prefix=".restore.", dir=place.home) as folder:
        source = Place(Path(folder))
        copies.duplicate(file, source.file)
        if version != known_versions()[-1]:
            migrate_file(source)
        kept = _keep_old(place)
        _copy_rows(source, place, restoring=True)
        return kept


def _keep_old(place: Place) -> Path | None:
    """Keep what is at `place`, and see that there is a store to restore into."""
    is_new = place.url is None and not place.file.exists()
    try:
        prepare(place)
        if is_new:
            return None
        kept = copies.fresh_name(place.backups, "before-restore")
        with reported(place):
            _copy_out(place, kept)
        copies.forget_old(place.backups, "before-restore")
    except UnusableStore:
        if place.url is not None:
            raise
        kept = copies.fresh_name(place.backups, "unusable").with_suffix("")
        _set_aside(place, kept)
        prepare(place)
    return kept


def _set_aside(place: Place, folder: Path) -> None:
    folder.mkdir(mode=0o700)
    for suffix in ("-shm", "-wal", ""):
        part = place.file.with_name(place.name + suffix)
        if part.exists():
            part.rename(folder / part.name)


def _copy_rows(source: Place, target: Place, *, restoring: bool = False) -> None:
    """Replace every row of `target` by those of `source`, a few in memory at a time.

    One state of `source` is read; `target` changes in one transaction.
    """
    engines = (schema_work(source), schema_work(target))
    with ExitStack() as stack:
        for engine in engines:
            stack.callback(engine.dispose)
        read = stack.enter_context(engines[0].connect())
        if source.url is not None:
            read = read.execution_options(isolation_level="REPEATABLE READ")
        write = stack.enter_context(engines[1].begin())
        if target.url is not None:
            write.execute(held_to_commit(Lock.WRITING))
        replaced = _number(write, meta.REVISION)
        for table in reversed(tables.metadata.sorted_tables):
            write.execute(delete(table))
        for table in tables.metadata.sorted_tables:
            rows = read.execution_options(yield_per=ROWS).execute(select(table))
            for some in rows.mappings().partitions():
                write.execute(insert(table), [dict(row) for row in some])
        write.execute(delete(tables.meta).where(tables.meta.c.key == copies.SEAL))
        if restoring:
            _begin_history(write, replaced)


def _begin_history(connection: Connection, replaced: int) -> None:
    """Renew the epoch, and number on: events after their last, revisions after any before."""
    revision = max(replaced, _number(connection, meta.REVISION)) + 1
    connection.execute(tables.repositories.update().values(revision=revision))
    _put(connection, meta.REVISION, str(revision))
    _put(connection, meta.EPOCH, new_epoch())
    events, repositories = (
        connection.scalar(select(func.max(table.c.id))) or 0
        for table in (tables.journal, tables.repositories)
    )
    events = max(events, _number(connection, meta.PRUNED_BEFORE) - 1)
    if connection.dialect.name == "sqlite":
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = 'journal'"))
        connection.execute(
            text("INSERT INTO sqlite_sequence VALUES ('journal', :last)"), {"last": events}
        )
        return
    for table, last in (("journal", events), ("repositories", repositories)):
        connection.execute(
            text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :next, false)"),
            {"table": table, "next": last + 1},
        )
    connection.execute(text("SELECT pg_notify(:channel, 'restore')"), {"channel": CHANNEL})


def _number(connection: Connection, key: str) -> int:
    values = tables.meta
    return int(connection.scalar(select(values.c.value).where(values.c.key == key)) or 0)


def _put(connection: Connection, key: str, value: str) -> None:
    connection.execute(delete(tables.meta).where(tables.meta.c.key == key))
    connection.execute(insert(tables.meta), {"key": key, "value": value})
