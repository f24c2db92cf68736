"""Links and supplies to keep in a store."""

from collections.abc import Sequence
from datetime import timedelta

from tests.store.samples import NOW, fleet

from opsroom.model.link import Link, Supply
from opsroom.store.database import Store
from opsroom.store.link_differences import Taken
from opsroom.store.link_saving import Saved, save
from opsroom.store.meta import next_revision
from opsroom.store.snapshots import save_snapshots

UNITS, WEB = "pkg:npm/units", "pkg:npm/web"


def link(target: str = UNITS, version: str = "1.0.0", **more: object) -> Link:
    given = {"kind": "package", "path": "package.json", "line": 3, **more}
    return Link(target=target, version=version, **given)  # type: ignore[arg-type]  # a test's own words


def supply(target: str = UNITS, path: str = "package.json", **more: object) -> Supply:
    return Supply(target, path, **more)  # type: ignore[arg-type]  # a test's own words


async def repositories(store: Store, count: int) -> list[int]:
    """Repositories of which nothing is known, by their ids."""
    async with store.write() as connection:
        return list((await save_snapshots(connection, fleet(count), 1, NOW)).values())


async def look(
    store: Store,
    repository: int,
    links: Sequence[Link] = (),
    supplies: Sequence[Supply] = (),
    commit: str = "a" * 40,
    after: int = 0,
    **more: object,
) -> Saved:
    """One look at one repository, some minutes after now."""
    taken = Taken(commit, links, supplies, **more)  # type: ignore[arg-type]  # a test's own words
    async with store.write() as connection:
        revision = await next_revision(connection)
        return await save(connection, NOW + timedelta(minutes=after), {repository: taken}, revision)
