"""Scans: the last look of each scanner at each repository.

Of a scanner whose last look failed, the look before is kept beside it: it says by which rules and
data the findings came to be that are still there.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.scan import Scan, Skipped
from opsroom.store.choose import among
from opsroom.store.scan_tables import scans
from opsroom.store.upsert import upsert


async def save_scans(connection: AsyncConnection, looks: Mapping[int, Sequence[Scan]]) -> None:
    """Save looks by the id of their repository: the last of each scanner is the one that counts."""
    last = {(number, scan.scanner): scan for number, many in looks.items() for scan in many}
    rows = [_row(number, scan) for (number, _), scan in last.items()]
    await upsert(connection, scans, rows)
    again = [
        {"of_repository": number, "of_scanner": scanner}
        for (number, scanner), scan in last.items()
        if scan.reason is None
    ]
    if again:
        await connection.execute(
            delete(scans)
            .where(scans.c.repository_id == bindparam("of_repository"))
            .where(scans.c.scanner == bindparam("of_scanner"))
            .where(scans.c.done.is_(False)),
            again,
        )


async def load_scans(
    connection: AsyncConnection, repository_ids: Collection[int] | None = None
) -> dict[int, list[Scan]]:
    """The last look of each scanner, failed or not, by the repository's id, in order of names."""
    last: dict[int, dict[str, Scan]] = defaultdict(dict)
    for number, scan in await _load(connection, repository_ids):
        if scan.reason is not None or scan.scanner not in last[number]:
            last[number][scan.scanner] = scan
    return {number: [many[name] for name in sorted(many)] for number, many in last.items()}


async def load_done(
    connection: AsyncConnection, repository_ids: Collection[int] | None = None
) -> dict[int, dict[str, Scan]]:
    """The last look of each scanner that saw something, by the repository's id and the scanner."""
    done: dict[int, dict[str, Scan]] = defaultdict(dict)
    for number, scan in await _load(connection, repository_ids):
        if scan.reason is None:
            done[number][scan.scanner] = scan
    return dict(done)


async def load_failed(connection: AsyncConnection, scanner: str, reason: str) -> dict[int, Scan]:
    """The last looks of a scanner that failed for exactly this reason, by the repository's id."""
    rows = await connection.execute(
        select(scans).where(scans.c.scanner == scanner, scans.c.reason == reason)
    )
    return {row["repository_id"]: scan_of(row) for row in rows.mappings()}


async def _load(
    connection: AsyncConnection, repository_ids: Collection[int] | None
) -> list[tuple[int, Scan]]:
    rows = await connection.execute(
        select(scans).where(among(scans.c.repository_id, repository_ids))
    )
    wanted = None if repository_ids is None else frozenset(repository_ids)
    return [
        (row["repository_id"], scan_of(row))
        for row in rows.mappings()
        if wanted is None or row["repository_id"] in wanted
    ]


def scan_of(row: RowMapping) -> Scan:
    """The look of a row."""
    told: dict[str, Any] = {name: row[name] for name in Scan.model_fields}
    skipped = tuple(Skipped(reason=why, count=n, example=one) for why, n, one in row["skipped"])
    told |= {"kinds": tuple(row["kinds"]), "skipped": skipped}
    return Scan.model_construct(None, **told)


def _row(number: int, scan: Scan) -> dict[str, Any]:
    skipped = [[each.reason, each.count, each.example] for each in scan.skipped]
    return {
        **dict(scan),
        "repository_id": number,
        "done": scan.reason is None,
        "kinds": list(scan.kinds),
        "skipped": skipped,
    }
