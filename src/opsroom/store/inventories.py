"""Inventories: which repository has which manifests, and who uses a package."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from posixpath import dirname
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.inventory import Inventory, InventoryFile
from opsroom.model.manifest import Unread
from opsroom.model.mention import Mention
from opsroom.model.package import Package, Published
from opsroom.model.scan import Skipped
from opsroom.store.bulk import clean, insert_rows, rows_with
from opsroom.store.choose import among
from opsroom.store.packages import Key, ids_of_manifests, package_of
from opsroom.store.scan_tables import (
    inventories,
    manifest_packages,
    manifests,
    package_names,
    package_versions,
    repository_manifests,
)

NOT_KEPT = "it was not read yet"


@dataclass(frozen=True, slots=True)
class Located:
    """A package of a repository: the `index`-th of the manifest that lies at `path`."""

    path: str
    format: str
    package: Package
    index: int
    key: Key


@dataclass(frozen=True, slots=True)
class Used:
    """One use of a package by a repository."""

    repository_id: int
    path: str
    package: Package

    @property
    def purl(self) -> str:
        """Which package, without version."""
        return self.package.purl

    @property
    def version(self) -> str:
        """Which version."""
        return self.package.version


@dataclass(frozen=True, slots=True)
class Held:
    """A manifest that a repository has, without its packages. `reason`: nothing is known of it."""

    path: str
    format: str
    key: Key
    reason: str | None = None
    publishes: tuple[Published, ...] = ()
    scripts: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()


async def save_inventory(
    connection: AsyncConnection,
    taken: Mapping[int, Inventory],
    kinds: Mapping[int, Collection[str]] | None = None,
) -> None:
    """Replace which manifests repositories have, by their ids.

    Their manifests are kept already; one that isn't counts as not read. `kinds` are the languages
    and formats among all files of the commit, whoever reads them.
    """
    if not taken:
        return
    files = {number: each.files for number, each in taken.items()}
    keys = {file.key for many in files.values() for file in many if file.reason is None}
    ids = await ids_of_manifests(connection, keys)
    await _forget(connection, taken)
    await insert_rows(
        connection,
        repository_manifests,
        ("repository_id", "path", "format", "digest", "manifest_id", "reason"),
        (_file_row(number, file, ids) for number, many in files.items() for file in _once(many)),
    )
    names = await _names(connection, set(ids.values()))
    await insert_rows(
        connection,
        inventories,
        ("repository_id", "commit", "skipped", "kinds", "names"),
        (
            (
                number,
                clean(each.commit),
                _json([[one.reason, one.count, one.example] for one in each.skipped]),
                _json(sorted((kinds or {}).get(number, ()))),
                _json(_used(each, ids, names)),
            )
            for number, each in taken.items()
        ),
    )


async def load_inventories(
    connection: AsyncConnection, repository_ids: Collection[int] | None = None
) -> dict[int, Inventory]:
    """What was last taken of these repositories, or of all."""
    files: dict[int, list[InventoryFile]] = defaultdict(list)
    chosen = among(repository_manifests.c.repository_id, repository_ids)
    asked = select(repository_manifests).where(chosen)
    ordered = asked.order_by(repository_manifests.c.path, repository_manifests.c.format)
    for row in await connection.execute(ordered):
        file = InventoryFile(row.path, row.format, row.digest, row.reason)
        files[row.repository_id].append(file)
    wanted = None if repository_ids is None else frozenset(repository_ids)
    taken = await connection.execute(
        select(inventories).where(among(inventories.c.repository_id, repository_ids))
    )
    return {
        row.repository_id: Inventory(
            commit=row.commit,
            files=tuple(files[row.repository_id]),
            skipped=tuple(Skipped(reason=why, count=n, example=one) for why, n, one in row.skipped),
        )
        for row in taken
        if wanted is None or row.repository_id in wanted
    }


async def packages_of(
    connection: AsyncConnection, repository_ids: Collection[int]
) -> dict[int, list[Located]]:
    """Every package of these repositories, in the order of paths and of their manifests."""
    asked = _uses().order_by(
        repository_manifests.c.repository_id,
        repository_manifests.c.path,
        repository_manifests.c.format,
        manifest_packages.c.position,
    )
    found: dict[int, list[Located]] = defaultdict(list)
    column = repository_manifests.c.repository_id
    async for row in rows_with(connection, asked, column, repository_ids):
        key = (row.content, row.format)
        found[row.repository_id].append(
            Located(row.path, row.format, package_of(row), row.position, key)
        )
    return dict(found)


async def users_of(connection: AsyncConnection, purls: Collection[str]) -> list[Used]:
    """Every use of these packages (purls without version), in any repository."""
    found = rows_with(connection, _uses(), package_names.c.purl, purls)
    return [Used(row.repository_id, row.path, package_of(row)) async for row in found]


async def declaring_of(
    connection: AsyncConnection, repository_ids: Collection[int] | None = None
) -> dict[int, set[tuple[str, str]]]:
    """Where these repositories, or all, say themselves what they ask for: folder, type of purl."""
    asked = (
        select(
            repository_manifests.c.repository_id, repository_manifests.c.path, manifests.c.declares
        )
        .join(manifests, manifests.c.id == repository_manifests.c.manifest_id)
        .where(manifests.c.declares != "")
    )
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for row in await _chosen(connection, asked, repository_ids):
        found[row.repository_id] |= {(dirname(row.path), kind) for kind in row.declares.split(" ")}
    return dict(found)


async def versions_in_use(
    connection: AsyncConnection, purls: Collection[str] | None = None
) -> list[tuple[str, str]]:
    """Each purl and version that any manifest holds, of these packages or of all."""
    asked = select(package_names.c.purl, package_versions.c.version).join(
        package_versions, package_versions.c.name_id == package_names.c.id
    )
    if purls is None:
        return [(row.purl, row.version) for row in await connection.execute(asked)]
    found = rows_with(connection, asked, package_names.c.purl, purls)
    return [(row.purl, row.version) async for row in found]


async def names_of(connection: AsyncConnection, ids: Collection[int]) -> dict[int, str]:
    """The purls (without version) of these ids, as inventories have them."""
    asked = select(package_names.c.id, package_names.c.purl)
    found = rows_with(connection, asked, package_names.c.id, ids)
    return {row.id: row.purl async for row in found}


class Outline(NamedTuple):
    """An inventory in short: the kinds of files there, and the ids of its packages' names."""

    commit: str
    kinds: tuple[str, ...]
    names: tuple[int, ...]


async def load_outlines(
    connection: AsyncConnection, repository_ids: Collection[int] | None = None
) -> dict[int, Outline]:
    """What was last taken of these repositories, or of all, in short."""
    asked = select(
        inventories.c.repository_id, inventories.c.commit, inventories.c.kinds, inventories.c.names
    ).where(among(inventories.c.repository_id, repository_ids))
    wanted = None if repository_ids is None else frozenset(repository_ids)
    return {
        row.repository_id: Outline(row.commit, tuple(row.kinds), tuple(row.names))
        for row in await connection.execute(asked)
        if wanted is None or row.repository_id in wanted
    }


async def manifests_of(
    connection: AsyncConnection, repository_ids: Collection[int] | None = None
) -> dict[int, list[Held]]:
    """The manifests of these repositories, or of all, in the order of paths."""
    asked = (
        select(
            *(repository_manifests.c[name] for name in ("repository_id", "path", "digest")),
            *(repository_manifests.c[name] for name in ("format", "reason", "manifest_id")),
            *(manifests.c[name] for name in ("publishes", "scripts", "unread")),
        )
        .outerjoin(manifests, manifests.c.id == repository_manifests.c.manifest_id)
        .order_by(repository_manifests.c.path, repository_manifests.c.format)
    )
    found: dict[int, list[Held]] = defaultdict(list)
    for row in await _chosen(connection, asked, repository_ids):
        found[row.repository_id].append(
            Held(
                path=row.path,
                format=row.format,
                key=(row.digest, row.format),
                reason=row.reason,
                publishes=tuple(Published(*each) for each in row.publishes or ()),
                scripts=tuple(row.scripts or ()),
                unread=tuple(Unread(*each) for each in row.unread or ()),
            )
        )
    return dict(found)


async def published_of(
    connection: AsyncConnection, repository_ids: Collection[int] | None = None
) -> dict[int, list[tuple[str, Published]]]:
    """What these repositories, or all, publish, each with the path of the manifest that says so."""
    asked = (
        select(
            repository_manifests.c.repository_id, repository_manifests.c.path, manifests.c.publishes
        )
        .join(manifests, manifests.c.id == repository_manifests.c.manifest_id)
        .where(manifests.c.publishes != [])
        .order_by(repository_manifests.c.path)
    )
    found: dict[int, list[tuple[str, Published]]] = defaultdict(list)
    for row in await _chosen(connection, asked, repository_ids):
        found[row.repository_id] += [(row.path, Published(*each)) for each in row.publishes]
    return dict(found)


async def mentions_of(
    connection: AsyncConnection, repository_ids: Collection[int] | None = None
) -> dict[int, list[tuple[str, Mention]]]:
    """The names that are no packages in these repositories, or in all, with the path of each."""
    asked = (
        select(
            repository_manifests.c.repository_id, repository_manifests.c.path, manifests.c.mentions
        )
        .join(manifests, manifests.c.id == repository_manifests.c.manifest_id)
        .where(manifests.c.mentions != [])
        .order_by(repository_manifests.c.path, repository_manifests.c.format)
    )
    found: dict[int, list[tuple[str, Mention]]] = defaultdict(list)
    for row in await _chosen(connection, asked, repository_ids):
        found[row.repository_id] += [(row.path, Mention(*each)) for each in row.mentions]
    return dict(found)


async def edges_of(
    connection: AsyncConnection, repository_ids: Collection[int] | None = None
) -> dict[Key, list[tuple[int, int]]]:
    """The edges of the manifests of these repositories, or of all, as pairs of `Located.index`."""
    asked = (
        select(
            *(repository_manifests.c[name] for name in ("repository_id", "digest", "format")),
            manifests.c.edges,
        )
        .join(manifests, manifests.c.id == repository_manifests.c.manifest_id)
        .where(manifests.c.edges != [])
    )
    found: dict[Key, list[tuple[int, int]]] = {}
    for row in await _chosen(connection, asked, repository_ids):
        if (row.digest, row.format) not in found:
            ends = iter(row.edges)
            found[row.digest, row.format] = list(zip(ends, ends, strict=True))
    return found


async def _chosen(
    connection: AsyncConnection,
    asked: Select[*tuple[Any, ...]],
    repository_ids: Collection[int] | None,
) -> list[Row[Any]]:
    column = repository_manifests.c.repository_id
    if repository_ids is None:
        return list(await connection.execute(asked))
    return [row async for row in rows_with(connection, asked, column, repository_ids)]


def _uses() -> Select[*tuple[Any, ...]]:
    """Every package of every repository, with where it is: joined by index from either end."""
    return (
        select(
            repository_manifests.c.repository_id,
            repository_manifests.c.path,
            repository_manifests.c.format,
            repository_manifests.c.digest.label("content"),
            package_names.c.purl,
            package_versions.c.version,
            *(manifest_packages.c[name] for name in ("position", "constraint", "direct", "dev")),
            *(manifest_packages.c[name] for name in ("origin", "digest", "line", "part")),
        )
        .join(
            manifest_packages, manifest_packages.c.manifest_id == repository_manifests.c.manifest_id
        )
        .join(package_versions, package_versions.c.id == manifest_packages.c.version_id)
        .join(package_names, package_names.c.id == package_versions.c.name_id)
    )


async def _forget(connection: AsyncConnection, repository_ids: Collection[int]) -> None:
    """Forget what was taken of these repositories before."""
    for table in (repository_manifests, inventories):
        asked = select(table.c.repository_id).distinct()
        column = table.c.repository_id
        there = [row[0] async for row in rows_with(connection, asked, column, repository_ids)]
        for start in range(0, len(there), 500):
            await connection.execute(delete(table).where(column.in_(there[start : start + 500])))


async def _names(connection: AsyncConnection, manifest_ids: set[int]) -> dict[int, list[int]]:
    """The ids of the names of the packages of each manifest."""
    asked = (
        select(manifest_packages.c.manifest_id, package_versions.c.name_id)
        .join(package_versions, package_versions.c.id == manifest_packages.c.version_id)
        .distinct()
    )
    found: dict[int, list[int]] = defaultdict(list)
    column = manifest_packages.c.manifest_id
    async for row in rows_with(connection, asked, column, manifest_ids):
        found[row.manifest_id].append(row.name_id)
    return found


def _used(taken: Inventory, ids: Mapping[Key, int], names: Mapping[int, list[int]]) -> list[int]:
    held = (ids.get(file.key) for file in taken.files if file.reason is None)
    return sorted({name for number in held if number for name in names.get(number, ())})


def _file_row(number: int, file: InventoryFile, ids: Mapping[Key, int]) -> tuple[Any, ...]:
    kept = ids.get(file.key) if file.reason is None else None
    reason = file.reason or (None if kept else NOT_KEPT)
    told = (clean(file.path), clean(file.format), file.digest)
    return number, *told, kept, None if reason is None else clean(reason)


def _once(files: Collection[InventoryFile]) -> list[InventoryFile]:
    """One file for each path and format, as the store can tell them apart."""
    return list({(clean(file.path), file.format): file for file in files}.values())


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
