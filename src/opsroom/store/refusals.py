"""Refusals: pull requests of ours that a person closed. Each is a no, and is remembered."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.value import Value
from opsroom.store.repositories import ids_of
from opsroom.store.tables import refusals, repositories
from opsroom.store.upsert import upsert


class Refusal(Value):
    """A person's no. `key` is the natural key of what was proposed, `pull` the number of it."""

    repository: str
    key: str
    pull: int
    at: datetime


async def save_refusal(connection: AsyncConnection, refusal: Refusal) -> None:
    """Remember a no. `repository` is the key of one that is in the store."""
    ids = await ids_of(connection, [refusal.repository])
    row = {name: value for name, value in refusal if name != "repository"}
    await upsert(connection, refusals, [{**row, "repository_id": ids[refusal.repository]}])


async def load_refusals(connection: AsyncConnection, repository: str) -> dict[str, Refusal]:
    """What was refused in a repository, by the key of what was proposed."""
    rows = await connection.execute(
        select(refusals.c.key, refusals.c.pull, refusals.c.at)
        .join(repositories, repositories.c.id == refusals.c.repository_id)
        .where(repositories.c.key == repository)
    )
    return {
        row.key: Refusal(repository=repository, key=row.key, pull=row.pull, at=row.at)
        for row in rows
    }
