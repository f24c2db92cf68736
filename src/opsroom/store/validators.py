"""Validators: ETags with what came with them, so that 'nothing changed' costs nothing.

They belong to one credential each, named by a hash of it. The least used are forgotten.
"""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.store.tables import validators
from opsroom.store.upsert import upsert

KEPT = 20_000


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


async def prune_validators(connection: AsyncConnection, most: int = KEPT) -> int:
    """Forget all but the `most` that were kept last; gives how many."""
    count = await connection.scalar(select(func.count()).select_from(validators)) or 0
    if count <= most:
        return 0
    newest = select(validators.c.used_at).order_by(validators.c.used_at.desc())
    oldest_kept = await connection.scalar(newest.offset(most - 1).limit(1)) if most else None
    old = validators.c.used_at < oldest_kept if oldest_kept else validators.c.used_at.is_not(None)
    return (await connection.execute(delete(validators).where(old))).rowcount
