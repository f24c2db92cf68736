"""Gaps: from when to when the webhooks of a source may have been missed, and why."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.value import Value
from opsroom.store.tables import gaps
from opsroom.store.upsert import upsert


class Gap(Value):
    """A time in which webhooks may have been missed. `until` is None while it lasts."""

    source: str
    since: datetime
    until: datetime | None = None
    reason: str


async def save_gap(connection: AsyncConnection, gap: Gap) -> None:
    """Keep a gap; the one of the same source that began at the same time is overwritten."""
    await upsert(connection, gaps, [dict(gap)])


async def load_gaps(connection: AsyncConnection, sources: Collection[str]) -> list[Gap]:
    """The gaps of these sources, the newest first."""
    rows = await connection.execute(
        select(gaps).where(gaps.c.source.in_(sources)).order_by(gaps.c.since.desc())
    )
    return [Gap.model_validate(dict(row)) for row in rows.mappings()]


async def prune_gaps(connection: AsyncConnection, before: datetime) -> int:
    """Forget gaps that ended before then; gives how many."""
    return (await connection.execute(delete(gaps).where(gaps.c.until < before))).rowcount
