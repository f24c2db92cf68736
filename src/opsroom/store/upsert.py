"""Insert or overwrite, or insert once, the same on both databases."""

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


async def upsert(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    newest: str | None = None,
) -> None:
    """Insert `rows`; where a primary key is taken, overwrite that row's other columns.

    With `newest`, the name of a column, only if the row that is there isn't newer in it.
    """
    if not rows:
        return
    insert = _dialect(connection).insert(table)
    keys = [column.name for column in table.primary_key]
    overwritten = {c.name: insert.excluded[c.name] for c in table.columns if c.name not in keys}
    guard = None if newest is None else insert.excluded[newest] >= table.c[newest]
    statement = insert.on_conflict_do_update(index_elements=keys, set_=overwritten, where=guard)
    await connection.execute(statement, list(rows))


async def insert_once(connection: AsyncConnection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row unless its primary key is taken; whether it was not."""
    insert = _dialect(connection).insert(table).values(dict(row)).on_conflict_do_nothing()
    inserted = await connection.execute(insert.returning(*table.primary_key))
    return inserted.first() is not None


def _dialect(connection: AsyncConnection) -> ModuleType:
    return postgresql if connection.dialect.name == "postgresql" else sqlite
