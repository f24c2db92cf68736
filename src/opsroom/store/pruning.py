"""Forgetting what scans left behind: of repositories that are gone, of manifests nobody has."""

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.repository import RepositoryState
from opsroom.store.choose import FEW
from opsroom.store.scan_tables import (
    inventories,
    manifest_packages,
    manifests,
    package_versions,
    repository_manifests,
    scans,
    statements,
)
from opsroom.store.tables import repositories


async def forget_gone(connection: AsyncConnection) -> int:
    """Forget what scans told of repositories that are gone; gives how many rows."""
    gone = select(repositories.c.id).where(repositories.c.state == RepositoryState.GONE)
    count = 0
    for table in (scans, repository_manifests, inventories, statements):
        forgotten = await connection.execute(
            delete(table).where(table.c.repository_id.in_(gone.scalar_subquery()))
        )
        count += forgotten.rowcount
    return count


async def forget_orphans(connection: AsyncConnection) -> int:
    """Forget some manifests that no repository has, with what they hold; gives how many.

    Few at a time: call it until it gives 0. The names of packages stay: they are few, and a fleet
    in memory knows them by their numbers.
    """
    held = exists().where(repository_manifests.c.manifest_id == manifests.c.id)
    orphans = list(
        (await connection.execute(select(manifests.c.id).where(~held).limit(FEW))).scalars()
    )
    if orphans:
        await connection.execute(
            delete(manifest_packages).where(manifest_packages.c.manifest_id.in_(orphans))
        )
        await connection.execute(delete(manifests).where(manifests.c.id.in_(orphans)))
    return len(orphans)


async def forget_versions(connection: AsyncConnection) -> int:
    """Forget versions of packages that no manifest holds; gives how many."""
    held = exists().where(manifest_packages.c.version_id == package_versions.c.id)
    gone = await connection.execute(delete(package_versions).where(~held))
    return gone.rowcount
