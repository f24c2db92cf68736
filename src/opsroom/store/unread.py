"""What of repositories could not be read, so that what they ask for is not known in full."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.scan import Skipped
from opsroom.store.bulk import rows_with
from opsroom.store.scan_tables import inventories, manifests, repository_manifests

PARTLY = "some of its entries were not understood"


async def unread_of(connection: AsyncConnection, ids: Collection[int]) -> dict[int, list[Skipped]]:
    """The files that were not read, or not in full, by why; those without any are left out."""
    found: defaultdict[int, list[Skipped]] = defaultdict(list)
    held = repository_manifests
    failed = (
        select(
            held.c.repository_id,
            held.c.reason,
            func.count().label("files"),
            func.min(held.c.path).label("example"),
        )
        .where(held.c.reason.is_not(None))
        .group_by(held.c.repository_id, held.c.reason)
    )
    partly = (
        select(
            held.c.repository_id,
            func.count().label("files"),
            func.min(held.c.path).label("example"),
        )
        .join(manifests, manifests.c.id == held.c.manifest_id)
        .where(manifests.c.unread != [])
        .group_by(held.c.repository_id)
    )
    async for row in rows_with(connection, failed, held.c.repository_id, ids):
        told = Skipped(reason=row.reason, count=row.files, example=row.example)
        found[row.repository_id].append(told)
    async for row in rows_with(connection, partly, held.c.repository_id, ids):
        told = Skipped(reason=PARTLY, count=row.files, example=row.example)
        found[row.repository_id].append(told)
    asked = select(inventories.c.repository_id, inventories.c.skipped).where(
        inventories.c.skipped != []
    )
    async for row in rows_with(connection, asked, inventories.c.repository_id, ids):
        found[row.repository_id] += [
            Skipped(reason=reason, count=count, example=example)
            for reason, count, example in row.skipped
        ]
    return dict(found)
