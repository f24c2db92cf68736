"""Snapshots: repositories with their facts and verdicts, many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.health import Health
from opsroom.model.snapshot import Snapshot
from opsroom.store.facts import Observed, load_facts, save_facts
from opsroom.store.repositories import load_repositories, repository, save_repositories
from opsroom.store.verdicts import load_verdicts


@dataclass(frozen=True, slots=True)
class Stored:
    """A repository as the store has it. `health` is None before it was judged."""

    id: int
    snapshot: Snapshot
    health: Health | None
    first_seen: datetime
    revision: int


async def load_snapshots(
    connection: AsyncConnection, keys: Sequence[str] | None = None
) -> dict[str, Stored]:
    """The repositories with these keys, or all, in the order of names: three queries."""
    rows = await load_repositories(connection, keys)
    ids = None if keys is None else [row["id"] for row in rows]
    observed = await load_facts(connection, ids)
    healths = await load_verdicts(connection, ids)
    return {
        row["key"]: Stored(
            id=row["id"],
            snapshot=_snapshot(row, observed.get(row["id"], Observed())),
            health=healths.get(row["id"]),
            first_seen=row["first_seen"],
            revision=row["revision"],
        )
        for row in rows
    }


async def save_snapshots(
    connection: AsyncConnection, snapshots: Sequence[Snapshot], revision: int, now: datetime
) -> dict[str, int]:
    """Save repositories with all that is known of them; gives the id of each key.

    `revision` is from `next_revision`, in the same transaction. See `save_repositories` for names,
    and `save_facts` for what is overwritten and what is forgotten.
    """
    fleet = [snapshot.repository for snapshot in snapshots]
    ids = await save_repositories(connection, fleet, revision, now)
    await save_facts(connection, {ids[snapshot.repository.key]: snapshot for snapshot in snapshots})
    return ids


def _snapshot(row: RowMapping, observed: Observed) -> Snapshot:
    return Snapshot.model_validate(
        {"repository": repository(row), "clones": observed.clones, **observed.hosted}
    )
