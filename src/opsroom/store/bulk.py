"""Writing and looking up by the thousand: what a row at a time would take minutes for.

Values go to the driver as they are, past the types of columns: text has to be clean, a boolean is
a boolean, and there are no times.
"""

from collections.abc import AsyncGenerator, Collection, Iterable, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import ColumnElement, Select

SOME = 10_000
"""Rows that are handed to the driver at once."""
ASKED = 500
"""Values that one statement asks for."""


def clean(text: str) -> str:
    """Text that both databases take: without NUL and halves of surrogate pairs."""
    if text.isascii():
        return text.replace("\0", "")
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


async def insert_rows(
    connection: AsyncConnection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert new rows: one whose key is taken is a bug of the caller."""
    remaining = iter(rows)
    quote = connection.dialect.identifier_preparer.quote
    named = ", ".join(quote(column) for column in columns)
    if connection.dialect.name == "postgresql":
        raw = await connection.get_raw_connection()
        copied = f"COPY {quote(table.name)} ({named}) FROM STDIN"
        while some := list(islice(remaining, SOME)):
            async with raw.driver_connection.cursor().copy(copied) as copy:  # type: ignore[union-attr]
                for row in some:
                    await copy.write_row(row)
        return
    places = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {quote(table.name)} ({named}) VALUES ({places})"  # noqa: S608  names of our own tables
    while some := list(islice(remaining, SOME)):
        await connection.exec_driver_sql(statement, [tuple(row) for row in some])


async def rows_with(
    connection: AsyncConnection,
    statement: Select[Any],
    column: ColumnElement[Any],
    values: Collection[Any],
) -> AsyncGenerator[Any, None]:
    """The rows of a statement whose column has one of these values, whatever their number."""
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), ASKED):
        found = await connection.execute(
            statement.where(column.in_(distinct[start : start + ASKED]))
        )
        for row in found:
            yield row


async def identify(
    connection: AsyncConnection, table: Table, column: str, values: Collection[str]
) -> dict[str, int]:
    """The id of each value of a unique column; those that are not there are inserted."""
    asked = select(table.c[column], table.c.id)
    known = {row[0]: row[1] async for row in rows_with(connection, asked, table.c[column], values)}
    missing = [value for value in dict.fromkeys(values) if value not in known]
    if missing:
        await insert_rows(connection, table, [column], ([value] for value in missing))
        found = rows_with(connection, asked, table.c[column], missing)
        known |= {row[0]: row[1] async for row in found}
    return known
