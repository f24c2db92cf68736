"""What of repositories could not be read, so that what they ask for is not known in full."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.scan import Skipped
from opsroom.store.bulk import rows_with
from opsroom.store.graph_tables import graph_marks, links, supplies
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


async def full_of(
    connection: AsyncConnection, ids: Collection[int], most_links: int, most_supplies: int
) -> set[int]:
    """Those of these repositories that have as many links, or as many supplies out of files, as
    are kept of one: there may be more of them."""
    found: set[int] = set()
    for table, most, which in (
        (links, most_links, true()),
        (supplies, most_supplies, supplies.c.path != ""),
    ):
        large = select(graph_marks.c.repository_id).where(graph_marks.c.numbered >= most)
        asked = (
            select(table.c.repository_id)
            .where(table.c.until.is_(None), which, table.c.repository_id.in_(large))
            .group_by(table.c.repository_id)
            .having(func.count() >= most)
        )
        async for row in rows_with(connection, asked, table.c.repository_id, ids):
            found.add(row.repository_id)
    return found


async def unread_paths(
    connection: AsyncConnection, ids: Collection[int]
) -> dict[int, frozenset[str]]:
    """The files of which nothing could be read: what is known of them is of an earlier look."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    held = repository_manifests
    failed = select(held.c.repository_id, held.c.path).where(held.c.reason.is_not(None))
    async for row in rows_with(connection, failed, held.c.repository_id, ids):
        found[row.repository_id].add(row.path)
    return {number: frozenset(paths) for number, paths in found.items()}
