"""Validators: ETags with what came with them, so that 'nothing changed' costs nothing.

They belong to one credential each, named by a hash of it. The least used are forgotten.
"""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.store.tables import validators
from opsroom.store.upsert import upsert

KEPT = 20_000
LARGEST_TOGETHER = 256 << 20
"""Characters of all answers together."""


async def load_validator(
    connection: AsyncConnection, credential: str, url: str
) -> tuple[str, str] | None:
    """The ETag of an answer, and the answer."""
    row = (
        await connection.execute(
            select(validators.c.etag, validators.c.body).where(
                validators.c.credential == credential, validators.c.url == url
            )
        )
    ).one_or_none()
    return None if row is None else (row.etag, row.body)


async def save_validator(
    connection: AsyncConnection, credential: str, url: str, etag: str, body: str, at: datetime
) -> None:
    """Keep an answer with its ETag, in place of the one before."""
    row = {"credential": credential, "url": url, "etag": etag, "body": body, "used_at": at}
    await upsert(connection, validators, [row])


async def prune_validators(
    connection: AsyncConnection, most: int = KEPT, size: int = LARGEST_TOGETHER
) -> int:
    """Forget all but those that were kept last: `most`, of `size` characters; gives how many.

    What was kept at one time goes at one time.
    """
    newest = await connection.execute(
        select(validators.c.used_at, func.length(validators.c.body)).order_by(
            validators.c.used_at.desc()
        )
    )
    total = 0
    for place, (used_at, length) in enumerate(newest):
        total += length
        if place >= most or total > size:
            old = validators.c.used_at <= used_at
            return (await connection.execute(delete(validators).where(old))).rowcount
    return 0
