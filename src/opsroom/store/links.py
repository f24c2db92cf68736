"""Links and supplies by index: who asks for a name, what a repository asks for, who answers."""

import json
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

import anyio
from sqlalchemy import ColumnElement, Row, Select, cast, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.store.bulk import LISTED, clean, listed, rows_with
from opsroom.store.graph_tables import graph_marks, graph_names, links, supplies
from opsroom.store.link_rows import (
    LINKS,
    SUPPLIES,
    Linked,
    Shape,
    Supplied,
    linked,
    named_rows,
    supplied,
)

MANY = 1_000
"""Rows from which on reading them is worth a thread."""


class Mark(NamedTuple):
    """How far the graph knows a repository.

    `revision` is the last that may have moved the edges from it. `look` is the id of the newest
    look at its files that moved anything (None: its files were never looked at); `commit` and `at`
    are those of its newest look: paths and lines of its links are true in it.
    """

    revision: int
    look: int | None
    commit: str
    at: datetime | None


async def links_to(connection: AsyncConnection, targets: Collection[str]) -> list[Linked]:
    """Every current link to any of these names, of any repository."""
    found = rows_with(connection, _now(LINKS), graph_names.c.name, targets)
    return await _told([row async for row in found])


async def some_links_to(connection: AsyncConnection, target: str, limit: int) -> list[Linked]:
    """The current links to a name, no more than so many, of the repositories with the lowest
    ids."""
    asked = _now(LINKS).order_by(links.c.repository_id, links.c.number).limit(limit)
    return [linked(row) async for row in rows_with(connection, asked, graph_names.c.name, [target])]


async def used(
    connection: AsyncConnection, targets: Collection[str], ids: Collection[int]
) -> set[str]:
    """Those of these names that a current link of one of these repositories leads to."""
    wanted = listed(connection).alias()
    there = exists().where(
        links.c.name_id == graph_names.c.id,
        links.c.until.is_(None),
        links.c.repository_id.in_(select(cast(wanted.c.value, links.c.repository_id.type))),
    )
    asked = select(graph_names.c.name).where(graph_names.c.name.in_(targets), there)
    return set((await connection.execute(asked, {LISTED: json.dumps(list(ids))})).scalars())


async def suppliers_of(connection: AsyncConnection, targets: Collection[str]) -> list[Supplied]:
    """Every repository that answers for any of these names now."""
    found = rows_with(connection, _now(SUPPLIES), graph_names.c.name, targets)
    return [supplied(row) async for row in found]


async def links_of(
    connection: AsyncConnection,
    ids: Collection[int],
    *,
    directly: bool = False,
    targets: Collection[str] | None = None,
) -> list[Linked]:
    """Every current link of these repositories; or only those that they ask for themselves, or
    those to a few names."""
    asked = _now(LINKS).where(links.c.direct) if directly else _now(LINKS)
    if targets is not None:
        asked = asked.where(graph_names.c.name.in_(targets))
    found = rows_with(connection, asked, links.c.repository_id, ids)
    return await _told([row async for row in found])


async def supplies_of(connection: AsyncConnection, ids: Collection[int]) -> list[Supplied]:
    """All that these repositories answer for now."""
    found = rows_with(connection, _now(SUPPLIES), supplies.c.repository_id, ids)
    return [supplied(row) async for row in found]


async def met_links(connection: AsyncConnection, ids: Collection[int]) -> dict[int, list[Row[Any]]]:
    """The current links of these repositories that somebody of the fleet answers for.

    By the id of the repository; a row has the columns of links, and `name`.
    """
    answered = exists().where(supplies.c.name_id == links.c.name_id, supplies.c.until.is_(None))
    asked = _now(LINKS).where(answered)
    found: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    async for row in rows_with(connection, asked, links.c.repository_id, ids):
        found[row.repository_id].append(row)
    return found


async def answers_for(
    connection: AsyncConnection, name_ids: Collection[int]
) -> dict[int, list[Supplied]]:
    """Who answers for these names now, by the id of the name."""
    asked = _now(SUPPLIES)
    found: defaultdict[int, list[Supplied]] = defaultdict(list)
    async for row in rows_with(connection, asked, supplies.c.name_id, name_ids):
        found[row.name_id].append(supplied(row))
    return found


async def marks_of(connection: AsyncConnection, ids: Collection[int]) -> dict[int, Mark]:
    """How far the graph knows these repositories."""
    found = rows_with(connection, select(graph_marks), graph_marks.c.repository_id, ids)
    return {row.repository_id: _mark(row) async for row in found}


async def moved_since(connection: AsyncConnection, revision: int) -> dict[int, Mark]:
    """The repositories whose edges may have moved after `revision`."""
    moved = await connection.execute(select(graph_marks).where(graph_marks.c.revision > revision))
    return {row.repository_id: _mark(row) for row in moved}


async def names_like(
    connection: AsyncConnection, text: str, limit: int, without: Collection[str] = ()
) -> list[str]:
    """Names in use that hold a text, shortest first; none that begins as one of `without` does."""
    name = graph_names.c.name
    used = exists().where(links.c.name_id == graph_names.c.id, links.c.until.is_(None))
    given = exists().where(supplies.c.name_id == graph_names.c.id, supplies.c.until.is_(None))
    asked = (
        select(name)
        .where(func.lower(name).contains(clean(text).lower(), autoescape=True), used | given)
        .where(*_without(without))
        .order_by(func.length(name), name)
        .limit(limit)
    )
    return list((await connection.execute(asked)).scalars())


async def _told(rows: list[Row[Any]]) -> list[Linked]:
    """Links of rows: of thousands in a thread, for others to be served meanwhile."""
    if len(rows) < MANY:
        return [linked(row) for row in rows]
    return await anyio.to_thread.run_sync(lambda: [linked(row) for row in rows])


def _mark(row: Row[Any]) -> Mark:
    return Mark(row.revision, row.look, row.commit, row.at)


def _without(beginnings: Collection[str]) -> list[ColumnElement[bool]]:
    return [~graph_names.c.name.startswith(each, autoescape=True) for each in beginnings]


def _now(shape: Shape) -> Select[*tuple[Any, ...]]:
    return named_rows(shape).where(shape.table.c.until.is_(None))
