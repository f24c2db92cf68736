"""Rejections: what of ours a person closed. Each is a no, and is remembered.

They belong to the host's own id of a repository, not to a row of ours: a no outlives both its name
and our knowledge of it.
"""

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.rejection import Rejection
from opsroom.store.tables import rejections
from opsroom.store.upsert import upsert

FIELDS = tuple(Rejection.model_fields)


async def save_rejection(connection: AsyncConnection, rejection: Rejection) -> bool:
    """Remember a no; whether it stands.

    One that was taken back stays so, unless the same was closed again at a later time.
    """
    known = (
        await connection.execute(
            select(rejections.c.at, rejections.c.taken_back).where(
                _about(rejection.host, rejection.repository, rejection.key),
                rejections.c.number == rejection.number,
            )
        )
    ).one_or_none()
    if known is not None and rejection.at <= known.at:
        return not known.taken_back
    await upsert(connection, rejections, [{**dict(rejection), "taken_back": False}], newest="at")
    return True


async def load_rejection(
    connection: AsyncConnection, host: str, repository: str, key: str
) -> Rejection | None:
    """The newest no to `key` in a repository (the host's id of it) that nobody took back."""
    found = await connection.execute(
        select(rejections)
        .where(_about(host, repository, key), rejections.c.taken_back.is_(False))
        .order_by(rejections.c.at.desc(), rejections.c.number.desc())
        .limit(1)
    )
    row = found.mappings().one_or_none()
    return None if row is None else Rejection.model_validate({name: row[name] for name in FIELDS})


async def take_back(connection: AsyncConnection, rejection: Rejection) -> None:
    """A person says that this no is none any more, and with it every older one to the same."""
    await connection.execute(
        update(rejections)
        .where(
            _about(rejection.host, rejection.repository, rejection.key),
            rejections.c.at <= rejection.at,
        )
        .values(taken_back=True)
    )


def _about(host: str, repository: str, key: str) -> ColumnElement[bool]:
    return and_(
        rejections.c.host == host, rejections.c.repository == repository, rejections.c.key == key
    )
