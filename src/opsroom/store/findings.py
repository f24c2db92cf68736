"""Findings, with their lives."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.finding import Finding, FindingState, KeptFinding
from opsroom.store.bulk import rows_with
from opsroom.store.choose import among
from opsroom.store.tables import findings, repositories
from opsroom.store.upsert import upsert

HOST = "host"
"""The scanner of findings that a host's own alerts are."""


async def save_findings(
    connection: AsyncConnection, kept: Mapping[int, Sequence[KeptFinding]]
) -> None:
    """Insert or overwrite findings, by the id of their repository.

    A fingerprint belongs to one finding of one repository; others of the repository stay as
    they are.
    """
    await upsert(
        connection,
        findings,
        [
            {
                "id": one.finding.id,
                "repository_id": number,
                "state": one.state,
                "baseline": one.baseline,
                "opened_at": one.opened_at,
                "closed_at": one.closed_at,
                **_seen(one),
            }
            for number, many in kept.items()
            for one in many
        ],
    )


async def load_findings(
    connection: AsyncConnection,
    repository_ids: Collection[int] | None = None,
    states: Collection[FindingState] = tuple(FindingState),
) -> dict[int, list[KeptFinding]]:
    """The findings in `states` of these repositories, or of all, by the repository's id."""
    return await _load(connection, repository_ids, findings.c.state.in_(states))


async def _load(
    connection: AsyncConnection,
    repository_ids: Collection[int] | None,
    condition: ColumnElement[bool],
) -> dict[int, list[KeptFinding]]:
    rows = await connection.execute(
        select(findings)
        .where(among(findings.c.repository_id, repository_ids), condition)
        .order_by(findings.c.repository_id, findings.c.id)
    )
    wanted = None if repository_ids is None else frozenset(repository_ids)
    kept: dict[int, list[KeptFinding]] = defaultdict(list)
    for row in rows.mappings():
        if wanted is None or row["repository_id"] in wanted:
            kept[row["repository_id"]].append(_kept(row))
    return dict(kept)


async def find(connection: AsyncConnection, finding_id: str) -> tuple[str, KeptFinding] | None:
    """A finding by its id, with the key of its repository; None: there is none."""
    asked = (
        select(findings, repositories.c.key)
        .join(repositories, repositories.c.id == findings.c.repository_id)
        .where(findings.c.id == finding_id)
    )
    row = (await connection.execute(asked)).mappings().first()
    return None if row is None else (row["key"], _kept(row))


async def load_standing(
    connection: AsyncConnection, repository_ids: Collection[int] | None = None
) -> dict[int, list[KeptFinding]]:
    """What a fleet in memory knows of findings: all but those of scanners that are mended.

    Those may be very many; who compares a look with what there was asks for them. Those of the
    host are few, and are compared with each look at it.
    """
    standing = or_(findings.c.state != FindingState.FIXED, findings.c.scanner.in_(("", HOST)))
    return await _load(connection, repository_ids, standing)


async def load_about(
    connection: AsyncConnection,
    scanner: str,
    packages: Collection[str],
    repository_ids: Collection[int] | None = None,
) -> dict[int, list[KeptFinding]]:
    """The findings of a scanner about these packages, in any state, by the repository's id."""
    asked = select(findings).where(
        findings.c.scanner == scanner, among(findings.c.repository_id, repository_ids)
    )
    wanted = None if repository_ids is None else frozenset(repository_ids)
    kept: dict[int, list[KeptFinding]] = defaultdict(list)
    async for row in rows_with(connection, asked, findings.c.package, packages):
        if wanted is None or row.repository_id in wanted:
            kept[row.repository_id].append(_kept(row._mapping))
    return dict(kept)


async def forget_findings(connection: AsyncConnection, before: datetime) -> int:
    """Forget findings of scanners that were mended before then; gives how many."""
    gone = await connection.execute(
        delete(findings)
        .where(findings.c.state == FindingState.FIXED, findings.c.closed_at < before)
        .where(findings.c.scanner != "")
    )
    return gone.rowcount


def _seen(kept: KeptFinding) -> dict[str, object]:
    advisory, suppression = kept.finding.advisory, kept.suppression
    return {
        **dict(kept.finding),
        "advisory": advisory and advisory.model_dump(mode="json", exclude_defaults=True),
        "suppression": suppression and suppression.model_dump(mode="json", exclude_defaults=True),
        "advisory_id": advisory and advisory.id,
        "package": advisory and advisory.package,
    }


def _kept(row: RowMapping) -> KeptFinding:
    finding = Finding.model_validate({field: row[field] for field in Finding.model_fields})
    life = {field: row[field] for field in KeptFinding.model_fields if field != "finding"}
    return KeptFinding(finding=finding, **life)
