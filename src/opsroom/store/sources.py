"""Sources: the folders and hosts that somebody wants watched, and until when.

Several processes share a store. Each says again and again what it wants; the owner watches what
anybody wants, so the folder of a client that has gone is forgotten by itself.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.value import Value
from opsroom.store.tables import sources
from opsroom.store.upsert import upsert


class Source(Value):
    """Something that can be observed. `key` is `kind:path`; `path` is absolute."""

    key: str
    kind: str
    path: str
    labels: tuple[str, ...] = ()
    environment: str | None = None


async def want(connection: AsyncConnection, wanted: Sequence[Source], until: datetime) -> None:
    """Ask for sources to be watched `until` then; a longer wish of somebody else stands."""
    rows = [{**source.model_dump(mode="json"), "wanted_until": until} for source in wanted]
    await upsert(connection, sources, rows, newest="wanted_until")


async def wanted(connection: AsyncConnection, now: datetime) -> list[Source]:
    """The sources that somebody wants watched `now`, in the order of their keys."""
    rows = await connection.execute(
        select(*(sources.c[field] for field in Source.model_fields))
        .where(sources.c.wanted_until > now)
        .order_by(sources.c.key)
    )
    return [Source.model_validate(dict(row)) for row in rows.mappings()]
