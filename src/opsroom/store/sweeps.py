"""Sweeps: when the repositories of each host's source were last listed, and what was seen then.

What a sweep saw of one repository is kept as whoever sweeps wrote it: the store only tells whether
it is the same.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.value import Value
from opsroom.store.choose import among
from opsroom.store.tables import sweeps, swept
from opsroom.store.upsert import upsert


class SweepMark(Value):
    """The sweeps of one source. `at` is when the last one began, `whole_at` the last whole one.

    `sweep_every` and `look_every` are how often everything is swept and each repository looked at
    in full while nobody has spent of the budget: what is older than a little more is stale.
    """

    source: str
    at: datetime | None = None
    whole_at: datetime | None = None
    sweep_every: timedelta
    look_every: timedelta


async def save_sweep_mark(connection: AsyncConnection, mark: SweepMark) -> None:
    """Keep the newest sweep of a source."""
    row = {
        **dict(mark),
        "sweep_every": round(mark.sweep_every.total_seconds()),
        "look_every": round(mark.look_every.total_seconds()),
    }
    await upsert(connection, sweeps, [row])


async def load_sweep_marks(connection: AsyncConnection) -> dict[str, SweepMark]:
    """The newest sweep of every source, by its key."""
    rows = (await connection.execute(select(sweeps))).mappings()
    return {
        row["source"]: SweepMark(
            source=row["source"],
            at=row["at"],
            whole_at=row["whole_at"],
            sweep_every=timedelta(seconds=row["sweep_every"]),
            look_every=timedelta(seconds=row["look_every"]),
        )
        for row in rows
    }


async def save_swept(
    connection: AsyncConnection,
    source: str,
    seen: Mapping[str, object],
    gone: Collection[str] = (),
) -> None:
    """Keep what a sweep saw, as JSON values by the host's id, and forget those that are gone."""
    rows = [{"source": source, "id": id_, "body": body} for id_, body in seen.items()]
    await upsert(connection, swept, rows)
    if gone:
        await connection.execute(
            delete(swept).where(swept.c.source == source, swept.c.id == bindparam("gone_id")),
            [{"gone_id": id_} for id_ in gone],
        )


async def load_swept(
    connection: AsyncConnection, source: str, ids: Collection[str] | None = None
) -> dict[str, object]:
    """What the sweeps of a source saw, by the host's id: of these repositories, or of all."""
    rows = await connection.execute(
        select(swept.c.id, swept.c.body).where(swept.c.source == source, among(swept.c.id, ids))
    )
    return {row.id: row.body for row in rows if ids is None or row.id in ids}


async def listed(connection: AsyncConnection, source: str, ids: Collection[str]) -> frozenset[str]:
    """Which of these ids the sweeps of a source show still."""
    if not ids:
        return frozenset()
    rows = await connection.execute(
        select(swept.c.id).where(swept.c.source == source, among(swept.c.id, ids))
    )
    return frozenset(rows.scalars()) & frozenset(ids)
