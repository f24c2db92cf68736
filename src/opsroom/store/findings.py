"""Findings, with their lives."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.finding import Finding, FindingState, KeptFinding
from opsroom.store.choose import among
from opsroom.store.tables import findings
from opsroom.store.upsert import upsert


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
    rows = await connection.execute(
        select(findings)
        .where(among(findings.c.repository_id, repository_ids), findings.c.state.in_(states))
        .order_by(findings.c.repository_id, findings.c.id)
    )
    wanted = None if repository_ids is None else frozenset(repository_ids)
    kept: dict[int, list[KeptFinding]] = defaultdict(list)
    for row in rows.mappings():
        if wanted is None or row["repository_id"] in wanted:
            kept[row["repository_id"]].append(_kept(row))
    return dict(kept)


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
