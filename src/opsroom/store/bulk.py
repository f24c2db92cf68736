"""Writing and looking up by the thousand: what a row at a time would take minutes for.

Values go to the driver as they are, past the types of columns: text has to be clean, a boolean is
a boolean, and there are no times.
"""

import json
from collections.abc import AsyncGenerator, Collection, Iterable, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import (
    CTE,
    JSON,
    BigInteger,
    Table,
    TableValuedAlias,
    Text,
    bindparam,
    cast,
    func,
    select,
)
from sqlalchemy import column as sql_column
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import ColumnElement, Select

SOME = 10_000
"""Rows that are handed to the driver at once."""
ASKED = 20_000
"""Values that one statement asks for."""
LISTED, PAIRS = "listed", "pairs"
"""Parameters that hold a JSON list."""


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
        driver: Any = (await connection.get_raw_connection()).driver_connection
        copied = f"COPY {quote(table.name)} ({named}) FROM STDIN"
        while some := list(islice(remaining, SOME)):
            async with driver.cursor().copy(copied) as copy:
                for row in some:
                    await copy.write_row(row)
        return
    places = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {quote(table.name)} ({named}) VALUES ({places})"  # noqa: S608  names of our own tables
    while some := list(islice(remaining, SOME)):
        await connection.exec_driver_sql(statement, [tuple(row) for row in some])


async def rows_with(
    connection: AsyncConnection,
    statement: Select[*tuple[Any, ...]],
    column: ColumnElement[Any],
    values: Collection[Any],
) -> AsyncGenerator[Any, None]:
    """The rows of a statement whose column has one of these values, whatever their number."""
    cleaned = (clean(each) if isinstance(each, str) else each for each in values)
    distinct = list(dict.fromkeys(cleaned))
    wanted = listed(connection).alias()
    among = statement.where(column.in_(select(cast(wanted.c.value, column.type))))
    for start in range(0, len(distinct), ASKED):
        some = json.dumps(distinct[start : start + ASKED])
        for row in (await connection.execute(among, {LISTED: some})).all():
            yield row


def listed(connection: AsyncConnection) -> TableValuedAlias:
    """The values of the JSON list that is bound as `LISTED`, in a column `value`: one statement,
    whatever their number, that is prepared once."""
    if connection.dialect.name == "postgresql":
        given = cast(bindparam(LISTED, type_=Text), JSON)
        return func.json_array_elements_text(given).table_valued("value")
    return func.json_each(bindparam(LISTED, type_=Text)).table_valued("value")


def pairs(connection: AsyncConnection) -> CTE:
    """The pairs of the JSON list that is bound as `PAIRS`, in columns `number` and `word`."""
    if connection.dialect.name == "postgresql":
        given = cast(bindparam(PAIRS, type_=Text), JSON)
        each = func.json_array_elements(given).table_valued(sql_column("value", JSON))
        number: ColumnElement[Any] = each.c.value.op("->>")(0)
        word: ColumnElement[Any] = each.c.value.op("->>")(1)
    else:
        each = func.json_each(bindparam(PAIRS, type_=Text)).table_valued("value")
        number = func.json_extract(each.c.value, "$[0]")
        word = func.json_extract(each.c.value, "$[1]")
    told = select(cast(number, BigInteger).label("number"), cast(word, Text).label("word"))
    return told.cte("wanted")


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
