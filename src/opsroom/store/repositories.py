"""Repositories: who is in the fleet."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.repository import Repository
from opsroom.store.choose import among
from opsroom.store.tables import repositories

FIELDS = tuple(Repository.model_fields)


async def save_repositories(
    connection: AsyncConnection, fleet: Sequence[Repository], revision: int, now: datetime
) -> dict[str, int]:
    """Insert what is new (`first_seen` is `now`), overwrite the rest; gives the id of each key.

    Names may be swapped among `fleet`; one that a repository outside of it has is a bug of the
    caller, and raises IntegrityError.
    """
    keys = [repository.key for repository in fleet]
    known = await _known(connection, keys)
    new: list[dict[str, Any]] = []
    old: list[dict[str, Any]] = []
    renamed: list[dict[str, Any]] = []
    for one in fleet:
        row = {**one.model_dump(mode="json"), "revision": revision}
        if one.key not in known:
            new.append({**row, "first_seen": now})
            continue
        number, name = known[one.key]
        old.append({**row, "known_id": number})
        if name != one.name:
            renamed.append({"known_id": number, "name": f"\t{number}"})
    if renamed:  # their old names are taken away first: another may be given one of them
        await _update(connection, renamed)
    if old:
        await _update(connection, old)
    if new:
        await connection.execute(insert(repositories), new)
        known.update(await _known(connection, keys))
    return {key: known[key][0] for key in keys}


async def touch(connection: AsyncConnection, ids: Collection[int], revision: int) -> None:
    """Say that something about these repositories changed, though not their snapshots."""
    if ids:
        await _update(connection, [{"known_id": number, "revision": revision} for number in ids])


async def changed_since(connection: AsyncConnection, revision: int) -> dict[str, int]:
    """The keys of repositories that were saved or touched after `revision`, with theirs."""
    moved = await connection.execute(
        select(repositories.c.key, repositories.c.revision)
        .where(repositories.c.revision > revision)
        .order_by(repositories.c.revision)
    )
    return {row.key: row.revision for row in moved}


async def load_repositories(
    connection: AsyncConnection, keys: Collection[str] | None
) -> list[RowMapping]:
    """The rows of the repositories with these keys, or of all, in the order of names."""
    statement = (
        select(repositories).where(among(repositories.c.key, keys)).order_by(repositories.c.name)
    )
    rows = (await connection.execute(statement)).mappings()
    wanted = None if keys is None else frozenset(keys)
    return [row for row in rows if wanted is None or row["key"] in wanted]


async def ids_of(connection: AsyncConnection, keys: Collection[str]) -> dict[str, int]:
    """The ids of those of these repositories that are there, by key."""
    wanted = frozenset(keys)
    known = await _known(connection, list(wanted))
    return {key: number for key, (number, _) in known.items() if key in wanted}


async def keys_of(connection: AsyncConnection, ids: Collection[int]) -> dict[int, str]:
    """The keys of those of these repositories that are there, by id."""
    rows = await connection.execute(
        select(repositories.c.id, repositories.c.key).where(among(repositories.c.id, ids))
    )
    wanted = frozenset(ids)
    return {row.id: row.key for row in rows if row.id in wanted}


def repository(row: RowMapping) -> Repository:
    """The repository of a row."""
    return Repository.model_validate({field: row[field] for field in FIELDS})


async def _known(connection: AsyncConnection, keys: Sequence[str]) -> dict[str, tuple[int, str]]:
    """The id and name of each key that is there."""
    rows = await connection.execute(
        select(repositories.c.key, repositories.c.id, repositories.c.name).where(
            among(repositories.c.key, keys)
        )
    )
    return {row.key: (row.id, row.name) for row in rows}


async def _update(connection: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    await connection.execute(
        update(repositories).where(repositories.c.id == bindparam("known_id")), rows
    )
