"""What the store knows of itself: its epoch, its revision, how far its journal was pruned."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.store.tables import meta
from opsroom.store.upsert import upsert

EPOCH = "epoch"
"""A random name of this store's history, made at its creation and again by a restore."""

PRUNED_BEFORE = "pruned_before"
"""Journal ids below this one are gone."""

REVISION = "revision"
"""Counts the transactions that changed repositories."""


MATCHED = "matched"
"""How new the advisories were that all packages were last matched with."""


async def epoch(connection: AsyncConnection) -> str:
    """The history that this store is in."""
    return await _get(connection, EPOCH) or ""


async def pruned_before(connection: AsyncConnection) -> int:
    """The smallest journal id that can still be there."""
    return int(await _get(connection, PRUNED_BEFORE) or 0)


async def revision(connection: AsyncConnection) -> int:
    """The newest revision that was committed, 0 at first."""
    return int(await _get(connection, REVISION) or 0)


async def next_revision(connection: AsyncConnection) -> int:
    """Take the next revision, in a transaction of `Store.write`.

    Only one such transaction runs at a time, so revisions grow in the order of commits.
    """
    number = await revision(connection) + 1
    await put(connection, REVISION, str(number))
    return number


async def matched(connection: AsyncConnection) -> str:
    """How new the advisories were that all packages were last matched with; empty: never."""
    return await _get(connection, MATCHED) or ""


async def put_matched(connection: AsyncConnection, data: str) -> None:
    """Note that all packages were matched with these advisories."""
    await put(connection, MATCHED, data)


async def put(connection: AsyncConnection, key: str, value: str) -> None:
    """Set one value."""
    await upsert(connection, meta, [{"key": key, "value": value}])


async def _get(connection: AsyncConnection, key: str) -> str | None:
    value: str | None = await connection.scalar(select(meta.c.value).where(meta.c.key == key))
    return value
