"""Deliveries: webhooks that were taken in. A row is written before the host is told so.

A delivery says where to look again, and nothing more; a lost or repeated one does no harm. Rows
are kept a little longer than a host offers to send one again.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.heard import Heard
from opsroom.model.value import Value
from opsroom.store.tables import deliveries
from opsroom.store.upsert import insert_once

KEPT = timedelta(days=4)


class Delivery(Value):
    """One delivery. `guid` is the host's id of it, the same when it is sent again.

    `subjects` are the host's ids of the repositories that it speaks of; none: the source itself.
    `told` is what of it is used.
    """

    guid: str
    source: str
    event: str
    action: str | None = None
    subjects: tuple[str, ...] = ()
    told: Heard | None = None
    received_at: datetime
    handled_at: datetime | None = None
    attempts: int = 0


async def take_in(connection: AsyncConnection, delivery: Delivery) -> bool:
    """Keep a delivery; False when it was kept before."""
    told = delivery.told and delivery.told.model_dump(mode="json", exclude_defaults=True)
    return await insert_once(connection, deliveries, {**dict(delivery), "told": told})


async def pending(
    connection: AsyncConnection, sources: Collection[str], limit: int = 500
) -> list[Delivery]:
    """Deliveries of these sources that were not handled yet, oldest first."""
    rows = await connection.execute(
        select(deliveries)
        .where(deliveries.c.handled_at.is_(None), deliveries.c.source.in_(sources))
        .order_by(deliveries.c.received_at, deliveries.c.guid)
        .limit(limit)
    )
    return [Delivery.model_validate(dict(row)) for row in rows.mappings()]


async def handled(connection: AsyncConnection, guids: Sequence[str], at: datetime) -> None:
    """Say that what these deliveries asked for was done: from now on only their ids are needed."""
    await _each(connection, guids, {"handled_at": at, "told": null()})


async def last_received(
    connection: AsyncConnection, source: str, *, but: str = ""
) -> datetime | None:
    """When the newest delivery of a source came in, of events other than `but`."""
    newest: datetime | None = await connection.scalar(
        select(deliveries.c.received_at)
        .where(deliveries.c.source == source, deliveries.c.event != but)
        .order_by(deliveries.c.received_at.desc())
        .limit(1)
    )
    return newest


async def known_guids(connection: AsyncConnection, guids: Collection[str]) -> frozenset[str]:
    """Which of these deliveries were taken in, at most a few hundred at once."""
    rows = await connection.execute(select(deliveries.c.guid).where(deliveries.c.guid.in_(guids)))
    return frozenset(rows.scalars())


async def prune_deliveries(connection: AsyncConnection, now: datetime) -> int:
    """Forget what was received long ago; gives how many."""
    old = deliveries.c.received_at < now - KEPT
    return (await connection.execute(delete(deliveries).where(old))).rowcount


async def _each(
    connection: AsyncConnection, guids: Sequence[str], values: dict[str, object]
) -> None:
    if guids:
        await connection.execute(
            update(deliveries).where(deliveries.c.guid == bindparam("known")).values(values),
            [{"known": guid} for guid in guids],
        )
