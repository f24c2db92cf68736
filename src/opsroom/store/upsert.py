"""Insert or overwrite, the same on both databases."""

from collections.abc import Mapping, Sequence
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
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert = dialect.insert(table)
    keys = [column.name for column in table.primary_key]
    overwritten = {c.name: insert.excluded[c.name] for c in table.columns if c.name not in keys}
    guard = None if newest is None else insert.excluded[newest] >= table.c[newest]
    statement = insert.on_conflict_do_update(index_elements=keys, set_=overwritten, where=guard)
    await connection.execute(statement, list(rows))
