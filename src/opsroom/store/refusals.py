"""Refusals: what of ours a person closed. Each is a no, and is remembered.

They belong to the host's own id of a repository, not to a row of ours: a no outlives both its name
and our knowledge of it.
"""

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.refusal import Refusal
from opsroom.store.tables import refusals
from opsroom.store.upsert import upsert

FIELDS = tuple(Refusal.model_fields)


async def save_refusal(connection: AsyncConnection, refusal: Refusal) -> bool:
    """Remember a no; whether it stands.

    One that was taken back stays so, unless the same was closed again at a later time.
    """
    known = (
        await connection.execute(
            select(refusals.c.at, refusals.c.taken_back).where(
                _about(refusal.host, refusal.repository, refusal.key),
                refusals.c.number == refusal.number,
            )
        )
    ).one_or_none()
    if known is not None and refusal.at <= known.at:
        return not known.taken_back
    await upsert(connection, refusals, [{**dict(refusal), "taken_back": False}], newest="at")
    return True


async def load_refusal(
    connection: AsyncConnection, host: str, repository: str, key: str
) -> Refusal | None:
    """The newest no to `key` in a repository (the host's id of it) that nobody took back."""
    found = await connection.execute(
        select(refusals)
        .where(_about(host, repository, key), refusals.c.taken_back.is_(False))
        .order_by(refusals.c.at.desc(), refusals.c.number.desc())
        .limit(1)
    )
    row = found.mappings().one_or_none()
    return None if row is None else Refusal.model_validate({name: row[name] for name in FIELDS})


async def take_back(connection: AsyncConnection, refusal: Refusal) -> None:
    """A person says that this no is none any more, and with it every older one to the same."""
    await connection.execute(
        update(refusals)
        .where(_about(refusal.host, refusal.repository, refusal.key), refusals.c.at <= refusal.at)
        .values(taken_back=True)
    )


def _about(host: str, repository: str, key: str) -> ColumnElement[bool]:
    return and_(refusals.c.host == host, refusals.c.repository == repository, refusals.c.key == key)
