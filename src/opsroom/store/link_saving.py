"""Saving links and supplies: what is new begins with a look, what is no longer seen ends with it.

A row that is the same stays as it is and costs nothing. Where another repository begins or ends to
answer for a name, whoever asks for it may have other edges: their marks move, too. All of it is
for the transaction of `Store.write`; `revision` is from `next_revision`, in the same one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple

import anyio.to_thread
from sqlalchemy import ColumnElement, Row, bindparam, cast, insert, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.link import Supply
from opsroom.store.bulk import LISTED, clean, identify, insert_rows, listed, rows_with
from opsroom.store.graph_tables import graph_looks, graph_marks, graph_names, links, supplies
from opsroom.store.link_differences import NONE, Difference, Taken, difference
from opsroom.store.link_rows import LINKS, SUPPLIES, Shape, link_row, supply_row
from opsroom.store.upsert import upsert


class Saved(NamedTuple):
    """Repositories whose edges may have moved, and those of which what began is no news."""

    moved: set[int]
    first: set[int]


@dataclass(slots=True)
class _Change:
    """What to write of one repository. `told`: its files were looked at, and its commit is new."""

    mark: "Row[Any] | None"
    links: Difference
    supplies: Difference
    commit: str = ""
    told: bool = True
    backlog: bool = False

    @property
    def is_first(self) -> bool:
        """Whether its files are seen for the first time."""
        return self.told and (self.mark is None or self.mark.look is None)

    @property
    def needs_look(self) -> bool:
        """Whether it is noted that somebody looked."""
        return self.is_first or self.links.is_news or self.supplies.is_news

    @property
    def is_old(self) -> bool:
        """Whether what begins was there before."""
        return self.is_first or self.backlog or self.mark is None

    @property
    def is_any(self) -> bool:
        return self.mark is None or self.links.is_any or self.supplies.is_any

    @property
    def is_seen(self) -> bool:
        """Whether whoever holds the graph has to know of it."""
        return self.is_first or self.is_any

    @property
    def numbered(self) -> int:
        """How many numbers its rows were given before."""
        return 0 if self.mark is None else self.mark.numbered


async def save(
    connection: AsyncConnection, at: datetime, taken: Mapping[int, Taken], revision: int
) -> Saved:
    """Keep what looks at the files of repositories told, by their ids."""
    marks = await _marks(connection, taken)
    asked = (link.target for each in taken.values() for link in each.links)
    given = (one.target for each in taken.values() for one in each.supplies)
    names = await _names(connection, chain(asked, given))
    linked = await _current(connection, LINKS, taken, true())
    supplied = await _current(connection, SUPPLIES, taken, supplies.c.path != "")

    def compared() -> dict[int, _Change]:
        return {
            number: _Change(
                marks.get(number),
                difference(LINKS, linked[number], (link_row(x, names) for x in each.links), each),
                difference(
                    SUPPLIES, supplied[number], (supply_row(x, names) for x in each.supplies), each
                ),
                clean(each.commit),
                backlog=each.backlog,
            )
            for number, each in taken.items()
        }

    changes = await anyio.to_thread.run_sync(compared)
    moved = await _write(connection, at, changes, revision)
    return Saved(moved, {number for number, change in changes.items() if change.is_old})


async def save_identities(
    connection: AsyncConnection,
    at: datetime,
    known: Mapping[int, Sequence[Supply]],
    revision: int,
) -> set[int]:
    """Keep what repositories answer for by their address alone (supplies without a path); gives
    whose edges may have moved."""
    marks = await _marks(connection, known)
    names = await _names(connection, (one.target for each in known.values() for one in each))
    supplied = await _current(connection, SUPPLIES, known, supplies.c.path == "")
    whole = Taken("")
    changes = {
        number: _Change(
            marks.get(number),
            NONE,
            difference(SUPPLIES, supplied[number], (supply_row(x, names) for x in given), whole),
            told=False,
        )
        for number, given in known.items()
    }
    return await _write(
        connection, at, {n: each for n, each in changes.items() if each.is_any}, revision
    )


async def end_all(
    connection: AsyncConnection, at: datetime, ids: Collection[int], revision: int
) -> set[int]:
    """End every link and supply of repositories that are gone; gives whose edges may have moved.

    If one comes back, its next look is its first.
    """
    known = await _marks(connection, ids)
    looked = {number: Taken("") for number, mark in known.items() if mark.look is not None}
    moved = (await save(connection, at, looked, revision)).moved
    moved |= await save_identities(connection, at, dict.fromkeys(known, ()), revision)
    forgotten = update(graph_marks).where(graph_marks.c.repository_id == bindparam("known_id"))
    if looked:
        await connection.execute(
            forgotten.values(look=None, at=None, commit="", revision=revision),
            [{"known_id": number} for number in looked],
        )
    return moved


async def choose_anew(connection: AsyncConnection, ids: Collection[int], revision: int) -> set[int]:
    """Say that these repositories are seen in another light (as forks, say), so that who asks for
    what they answer for may mean another one; gives who that is."""
    held = await _current(connection, SUPPLIES, ids, true())
    names = {row.name_id for rows in held.values() for row in rows}
    asking = await _askers(connection, names) | set(ids)
    await _move(connection, asking, revision)
    return asking


async def _write(
    connection: AsyncConnection, at: datetime, changes: Mapping[int, _Change], revision: int
) -> set[int]:
    looks = await _look(connection, at, changes)
    for shape, parts in (
        (LINKS, {number: each.links for number, each in changes.items()}),
        (SUPPLIES, {number: each.supplies for number, each in changes.items()}),
    ):
        begins = {
            number: each.numbered + (len(each.links.begun) if shape is SUPPLIES else 0)
            for number, each in changes.items()
        }
        await _begin(connection, shape, parts, begins, looks)
        await _end(connection, shape, parts, looks)
        await _tell(connection, shape, parts)
    moved = {number for number, each in changes.items() if each.is_any}
    await upsert(
        connection,
        graph_marks,
        [_mark(number, each, looks, at, revision) for number, each in changes.items()],
    )
    names = {name for each in changes.values() for name in each.supplies.names}
    asking = await _askers(connection, names) - moved
    await _move(connection, asking, revision)
    return moved | asking


def _mark(
    number: int, change: _Change, looks: Mapping[int, int], at: datetime, revision: int
) -> dict[str, Any]:
    mark = change.mark
    given = len(change.links.begun) + len(change.supplies.begun)
    row: dict[str, Any] = {
        "repository_id": number,
        "revision": revision if mark is None or change.is_seen else mark.revision,
        "numbered": change.numbered + given,
    }
    if change.told:
        return {
            **row,
            "look": looks.get(number, mark and mark.look),
            "at": at,
            "commit": change.commit,
        }
    known = (None, None, "") if mark is None else (mark.look, mark.at, mark.commit)
    return {**row, **dict(zip(("look", "at", "commit"), known, strict=True))}


async def _look(
    connection: AsyncConnection, at: datetime, changes: Mapping[int, _Change]
) -> dict[int, int]:
    """Note the looks that moved anything, and first ones; gives the id of each."""
    noted = {number: each for number, each in changes.items() if each.needs_look}
    if not noted:
        return {}
    numbered = await connection.execute(
        insert(graph_looks).returning(graph_looks.c.id, sort_by_parameter_order=True),
        [
            {
                "repository_id": number,
                "at": at,
                "commit": each.commit if each.told or each.mark is None else each.mark.commit,
                "first": each.is_old,
            }
            for number, each in noted.items()
        ],
    )
    return dict(zip(noted, numbered.scalars(), strict=True))


async def _begin(
    connection: AsyncConnection,
    shape: Shape,
    parts: Mapping[int, Difference],
    begins: Mapping[int, int],
    looks: Mapping[int, int],
) -> None:
    await insert_rows(
        connection,
        shape.table,
        (*shape.columns, "since"),
        (
            (number, begins[number] + place, *key, *body, looks[number])
            for number, part in parts.items()
            for place, (key, body) in enumerate(part.begun)
        ),
    )


async def _end(
    connection: AsyncConnection,
    shape: Shape,
    parts: Mapping[int, Difference],
    looks: Mapping[int, int],
) -> None:
    """End rows: one statement a repository, whatever their number."""
    table = shape.table
    wanted = listed(connection).alias()
    numbers = select(cast(wanted.c.value, table.c.number.type))
    ending = (
        update(table)
        .where(table.c.repository_id == bindparam("known_id"), table.c.number.in_(numbers))
        .values(until=bindparam("look"))
    )
    for number, part in parts.items():
        if part.ended:
            told = {"known_id": number, "look": looks[number], LISTED: str(part.ended)}
            await connection.execute(ending, told)


async def _tell(connection: AsyncConnection, shape: Shape, parts: Mapping[int, Difference]) -> None:
    """Write what is said of rows that stay."""
    table = shape.table
    telling = (
        update(table)
        .where(table.c.repository_id == bindparam("known_id"))
        .where(table.c.number == bindparam("known_number"))
    ).values({column: bindparam(f"new_{column}") for column in shape.body})
    columns = [f"new_{column}" for column in shape.body]
    rows = [
        {"known_id": number, "known_number": place, **dict(zip(columns, body, strict=True))}
        for number, part in parts.items()
        for place, body in part.told
    ]
    if rows:
        await connection.execute(telling, rows)


async def _move(connection: AsyncConnection, ids: Collection[int], revision: int) -> None:
    """Say that the edges of these repositories may be others now."""
    if ids:
        moving = update(graph_marks).where(graph_marks.c.repository_id == bindparam("known_id"))
        await connection.execute(
            moving.values(revision=revision), [{"known_id": number} for number in sorted(ids)]
        )


async def _askers(connection: AsyncConnection, name_ids: Collection[int]) -> set[int]:
    """The repositories that link to any of these names now."""
    asked = select(links.c.repository_id).where(links.c.until.is_(None)).distinct()
    found = rows_with(connection, asked, links.c.name_id, name_ids)
    return {row.repository_id async for row in found}


async def _marks(connection: AsyncConnection, ids: Collection[int]) -> dict[int, Row[Any]]:
    found = rows_with(connection, select(graph_marks), graph_marks.c.repository_id, ids)
    return {row.repository_id: row async for row in found}


async def _names(connection: AsyncConnection, targets: Iterable[str]) -> dict[str, int]:
    return await identify(connection, graph_names, "name", dict.fromkeys(map(clean, targets)))


async def _current(
    connection: AsyncConnection, shape: Shape, ids: Collection[int], which: ColumnElement[bool]
) -> Mapping[int, list[Row[Any]]]:
    """The current rows of repositories, each with the columns of its shape."""
    table = shape.table
    asked = select(*(table.c[column] for column in shape.columns)).where(
        table.c.until.is_(None), which
    )
    found: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    async for row in rows_with(connection, asked, table.c.repository_id, ids):
        found[row.repository_id].append(row)
    return found
