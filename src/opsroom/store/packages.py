"""Packages: what manifests hold, kept once for each content, and which repository has which.

    a repository -> its manifests (path, content, format) -> their packages -> names and versions

and back again by index, from the name of a package to every repository that uses it.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import astuple
from typing import Any

from sqlalchemy import Row, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.inventory import KnownManifest
from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.store.bulk import PAIRS, clean, identify, insert_rows, pairs, rows_with
from opsroom.store.scan_tables import manifest_packages, manifests, package_names, package_versions

Key = tuple[str, str]
"""What a manifest is kept under: SHA-256 of its content in hex, and `format@revision`."""

Version = tuple[int, str]
"""The id of a package's name, and one of its versions."""

COLUMNS = (
    *("manifest_id", "position", "version_id"),
    *("constraint", "direct", "dev", "origin", "digest", "line", "part"),
)


async def known(connection: AsyncConnection, keys: Collection[Key]) -> dict[Key, KnownManifest]:
    """Those of these manifests that are kept, and what of them.

    One in which nothing is, and of which all was understood, belongs to a file of another kind.
    """
    ids = {number: key for key, number in (await ids_of_manifests(connection, keys)).items()}
    told = ("id", "unread", "publishes", "scripts", "mentions")
    asked = select(*(manifests.c[name] for name in told))
    rows = [row async for row in rows_with(connection, asked, manifests.c.id, ids)]
    held = select(manifest_packages.c.manifest_id).where(manifest_packages.c.position == 0)
    telling = {row.id for row in rows if row.publishes or row.scripts or row.mentions}
    bare = [row.id for row in rows if row.id not in telling]
    column = manifest_packages.c.manifest_id
    full = {row.manifest_id async for row in rows_with(connection, held, column, bare)}
    return {
        ids[row.id]: KnownManifest(
            row.id in telling or row.id in full,
            str(row.unread[0][0]) if row.unread else "",
        )
        for row in rows
    }


async def ids_of_manifests(connection: AsyncConnection, keys: Collection[Key]) -> dict[Key, int]:
    """The id of each of these manifests that is kept."""
    wanted = frozenset(keys)
    asked = select(manifests.c.digest, manifests.c.format, manifests.c.id)
    digests = [digest for digest, _ in wanted]
    return {
        (row.digest, row.format): row.id
        async for row in rows_with(connection, asked, manifests.c.digest, digests)
        if (row.digest, row.format) in wanted
    }


async def save_manifests(connection: AsyncConnection, read: Mapping[Key, Manifest]) -> None:
    """Keep what was read of some contents; what is kept already stays as it is."""
    there = await ids_of_manifests(connection, read)
    new = {key: manifest for key, manifest in read.items() if key not in there}
    if not new:
        return
    await insert_rows(
        connection,
        manifests,
        ("digest", "format", "edges", "publishes", "scripts", "unread", "mentions", "declares"),
        (_manifest_row(key, manifest) for key, manifest in new.items()),
    )
    ids = await ids_of_manifests(connection, new)
    versions = await _version_ids(connection, (p for each in new.values() for p in each.packages))
    await insert_rows(
        connection,
        manifest_packages,
        COLUMNS,
        (
            _package_row(
                ids[key], position, versions[clean(package.purl), clean(package.version)], package
            )
            for key, manifest in new.items()
            for position, package in enumerate(manifest.packages)
        ),
    )


async def packages_in(
    connection: AsyncConnection, keys: Collection[Key]
) -> dict[Key, tuple[Package, ...]]:
    """The packages of these manifests, as far as they are kept, in the order of each."""
    ids = {number: key for key, number in (await ids_of_manifests(connection, keys)).items()}
    asked = (
        select(manifest_packages, package_names.c.purl, package_versions.c.version)
        .join(package_versions, package_versions.c.id == manifest_packages.c.version_id)
        .join(package_names, package_names.c.id == package_versions.c.name_id)
        .order_by(manifest_packages.c.manifest_id, manifest_packages.c.position)
    )
    found: dict[Key, list[Package]] = {key: [] for key in ids.values()}
    async for row in rows_with(connection, asked, manifest_packages.c.manifest_id, ids):
        found[ids[row.manifest_id]].append(package_of(row))
    return {key: tuple(packages) for key, packages in found.items()}


def package_of(row: Row[Any]) -> Package:
    """The package of a row that has all of it."""
    return Package(
        purl=row.purl,
        version=row.version,
        constraint=row.constraint,
        direct=row.direct,
        dev=row.dev,
        origin=row.origin,
        digest=row.digest,
        line=row.line,
        part=row.part,
    )


def _manifest_row(key: Key, manifest: Manifest) -> tuple[str, ...]:
    told = (
        [position for edge in manifest.edges for position in edge],
        [astuple(one) for one in manifest.publishes],
        list(manifest.scripts),
        [[one.reason, one.line] for one in manifest.unread],
        [astuple(one) for one in manifest.mentions],
    )
    declares = sorted({kind_of(each.purl) for each in manifest.packages if each.direct})
    written = (json.dumps(each, separators=(",", ":")) for each in told)
    return *key, *written, clean(" ".join(declares))


def kind_of(purl: str) -> str:
    """The type of a purl: `npm` of `pkg:npm/lodash`."""
    return purl.removeprefix("pkg:").partition("/")[0]


def _package_row(
    manifest_id: int, position: int, version_id: int, package: Package
) -> tuple[Any, ...]:
    return (
        *(manifest_id, position, version_id, clean(package.constraint), package.direct),
        *(package.dev, clean(package.origin), clean(package.digest), package.line),
        clean(package.part),
    )


async def _version_ids(
    connection: AsyncConnection, packages: Iterable[Package]
) -> dict[tuple[str, str], int]:
    """The id of each purl and version; those that are new are inserted."""
    wanted = {(package.purl, package.version): None for package in packages}
    named = {(clean(purl), clean(version)): None for purl, version in wanted}
    names = await identify(connection, package_names, "purl", {purl: None for purl, _ in named})
    versions = [(names[purl], version) for purl, version in named]
    there = await _ids_of_versions(connection, versions)
    missing = [version for version in versions if version not in there]
    if missing:
        await insert_rows(connection, package_versions, ("name_id", "version"), missing)
        there |= await _ids_of_versions(connection, missing)
    return {(purl, version): there[names[purl], version] for purl, version in named}


async def _ids_of_versions(
    connection: AsyncConnection, versions: list[Version]
) -> dict[Version, int]:
    """The id of each version that is there, by the index: `IN` with pairs would read them all."""
    wanted = pairs(connection)
    asked = select(wanted.c.number, wanted.c.word, package_versions.c.id).join(
        package_versions,
        and_(
            package_versions.c.name_id == wanted.c.number,
            package_versions.c.version == wanted.c.word,
        ),
    )
    rows = await connection.execute(asked, {PAIRS: json.dumps(versions)})
    return {(number, word): row for number, word, row in rows}
