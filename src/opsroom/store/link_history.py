"""The past of links and supplies: since when, until when, and by which looks that is known."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.store.bulk import rows_with
from opsroom.store.graph_tables import graph_looks, graph_names, links, supplies
from opsroom.store.link_rows import LINKS, SUPPLIES, Linked, Supplied, linked, named_rows, supplied


class Look(NamedTuple):
    """A look that moved links or supplies of a repository.

    `first`: what it saw began before it, nobody knows when.
    """

    repository_id: int
    at: datetime
    commit: str
    first: bool


class Past(NamedTuple):
    """What began or ended in a while; what did both is there once."""

    links: list[Linked]
    supplies: list[Supplied]
    looks: dict[int, Look]
    """Those that the rows name, by their ids."""


async def looks(connection: AsyncConnection, ids: Collection[int]) -> dict[int, Look]:
    """The looks with these ids."""
    found = rows_with(connection, select(graph_looks), graph_looks.c.id, ids)
    return {row.id: Look(row.repository_id, row.at, row.commit, row.first) async for row in found}


async def history(
    connection: AsyncConnection, since: datetime, ids: Collection[int] | None = None
) -> Past:
    """The links and supplies of these repositories, or of all, that began or ended after `since`.

    What first looks saw didn't begin then, and is left out. A row whose `since` is not among
    `looks` began before.
    """
    asked = select(graph_looks).where(graph_looks.c.at > since, graph_looks.c.first.is_(False))
    wanted = None if ids is None else frozenset(ids)
    seen = {
        row.id: Look(row.repository_id, row.at, row.commit, row.first)
        for row in await connection.execute(asked)
        if wanted is None or row.repository_id in wanted
    }
    if not seen:
        return Past([], [], {})
    moved, earliest = {each.repository_id for each in seen.values()}, min(seen)
    rows: list[Linked] = []
    given: list[Supplied] = []
    for shape in (LINKS, SUPPLIES):
        table = shape.table
        lived = or_(table.c.since >= earliest, table.c.until >= earliest)
        column = table.c.repository_id
        async for row in rows_with(connection, named_rows(shape).where(lived), column, moved):
            if row.since in seen or row.until in seen:
                if shape is LINKS:
                    rows.append(linked(row))
                else:
                    given.append(supplied(row))
    return Past(rows, given, seen)


async def past(
    connection: AsyncConnection, repository_id: int, targets: Collection[str]
) -> list[Linked]:
    """Every link that a repository has or had to these names, oldest first: since when, in which
    versions."""
    asked = named_rows(LINKS).where(links.c.repository_id == repository_id)
    found = rows_with(connection, asked, graph_names.c.name, targets)
    return sorted([linked(row) async for row in found], key=lambda each: (each.since, each.number))


async def forget_past(connection: AsyncConnection, before: datetime) -> int:
    """Forget links and supplies that ended before a time; gives how many."""
    last = select(func.max(graph_looks.c.id)).where(graph_looks.c.at < before).scalar_subquery()
    count = 0
    for table in (links, supplies):
        ended = await connection.execute(delete(table).where(table.c.until <= last))
        count += ended.rowcount
    return count
