"""CI runs, with why they failed: looked up by repository, by number, by signature."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, RowMapping, Select, and_, cast, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.ci import CiFailure, CiRun
from opsroom.model.value import Value
from opsroom.store.choose import among
from opsroom.store.repositories import ids_of
from opsroom.store.tables import ci_runs, repositories
from opsroom.store.upsert import upsert

FIELDS = tuple(CiRun.model_fields)
FAILURE = tuple(CiFailure.model_fields)
AGAIN = 200
"""Rows that are asked for by number in one statement."""


class KeptRun(Value):
    """A run as the store has it. `repository` is the key of its repository.

    `looked_at` is when it was asked why this attempt failed, None while it wasn't; `failure` is
    what came of that, None when it could not be told.
    """

    repository: str
    run: CiRun
    failure: CiFailure | None = None
    looked_at: datetime | None = None


async def save_ci_runs(
    connection: AsyncConnection, runs_of: Mapping[str, Sequence[CiRun]]
) -> list[CiRun]:
    """Save runs by the key of their repository; gives those that were new or newer.

    A run is newer when its age is greater. A new attempt forgets why the one
    before failed. Runs of repositories that are not in the store are left out.
    """
    ids = await ids_of(connection, runs_of)
    offered = {
        (run.host, run.number): (ids[key], run)
        for key, runs in runs_of.items()
        if key in ids
        for run in sorted(runs, key=lambda run: run.age)
    }
    known = await _known(connection, offered)
    saved: list[CiRun] = []
    rows: list[dict[str, Any]] = []
    for place, (repository_id, run) in offered.items():
        before = known.get(place)
        if before is not None and run.age <= _run(before).age:
            continue
        same = before is not None and before["attempt"] == run.attempt
        looked = {name: before[name] if before and same else None for name in (*FAILURE, LOOKED)}
        rows.append({**dict(run), **looked, "repository_id": repository_id})
        saved.append(run)
    await upsert(connection, ci_runs, rows)
    return saved


LOOKED = "looked_at"


async def save_ci_failure(
    connection: AsyncConnection, run: CiRun, failure: CiFailure | None, at: datetime
) -> None:
    """Keep why this attempt of a run failed, or that it could not be told."""
    told = dict(failure) if failure else dict.fromkeys(FAILURE)
    await connection.execute(
        update(ci_runs)
        .where(ci_runs.c.host == run.host, ci_runs.c.number == run.number)
        .where(ci_runs.c.attempt == run.attempt)
        .values({**told, LOOKED: at})
    )


async def load_ci_run(connection: AsyncConnection, host: str, number: int) -> KeptRun | None:
    """One run by the host's number of it."""
    found = await _load(
        connection, _select().where(ci_runs.c.host == host, ci_runs.c.number == number)
    )
    return found[0] if found else None


async def newest_ci_runs(
    connection: AsyncConnection, keys: Collection[str] | None, *, per_workflow: int = 1
) -> list[KeptRun]:
    """The newest runs of each workflow of these repositories, or of all; the newest first."""
    rank = (
        func.row_number()
        .over(
            partition_by=(ci_runs.c.repository_id, ci_runs.c.workflow, ci_runs.c.branch),
            order_by=(ci_runs.c.created_at.desc(), ci_runs.c.number.desc()),
        )
        .label("rank")
    )
    ids = None if keys is None else list((await ids_of(connection, keys)).values())
    ranked = (
        select(ci_runs.c.host, ci_runs.c.number, rank)
        .where(among(ci_runs.c.repository_id, ids))
        .subquery()
    )
    statement = _select().join(
        ranked,
        and_(
            ranked.c.host == ci_runs.c.host,
            ranked.c.number == ci_runs.c.number,
            cast(ranked.c.rank, Integer) <= per_workflow,
        ),
    )
    found = await _load(connection, statement)
    wanted = None if keys is None else frozenset(keys)
    return [each for each in found if wanted is None or each.repository in wanted]


async def ci_runs_alike(
    connection: AsyncConnection, signature: str, limit: int = 100
) -> list[KeptRun]:
    """The newest runs, of any repository, that failed with this signature."""
    return await _load(connection, _select().where(ci_runs.c.signature == signature).limit(limit))


async def forget_ci_runs(connection: AsyncConnection, before: datetime) -> int:
    """Forget runs that were created before then; gives how many."""
    gone = await connection.execute(delete(ci_runs).where(ci_runs.c.created_at < before))
    return gone.rowcount


def _select() -> Select[*tuple[Any, ...]]:
    return (
        select(ci_runs, repositories.c.key.label("repository"))
        .join(repositories, repositories.c.id == ci_runs.c.repository_id)
        .order_by(ci_runs.c.created_at.desc(), ci_runs.c.number.desc())
    )


async def _load(connection: AsyncConnection, statement: Select[*tuple[Any, ...]]) -> list[KeptRun]:
    return [_kept(row) for row in (await connection.execute(statement)).mappings()]


def _kept(row: RowMapping) -> KeptRun:
    failure = {name: row[name] for name in FAILURE}
    return KeptRun(
        repository=row["repository"],
        run=_run(row),
        failure=None if row["job"] is None else CiFailure.model_validate(failure),
        looked_at=row[LOOKED],
    )


def _run(row: RowMapping) -> CiRun:
    return CiRun.model_validate({name: row[name] for name in FIELDS})


async def _known(
    connection: AsyncConnection, places: Collection[tuple[str, int]]
) -> dict[tuple[str, int], RowMapping]:
    """The rows that are there, by host and number."""
    numbers: dict[str, list[int]] = {}
    for host, number in places:
        numbers.setdefault(host, []).append(number)
    chunks = [
        and_(ci_runs.c.host == host, ci_runs.c.number.in_(many[start : start + AGAIN]))
        for host, many in numbers.items()
        for start in range(0, len(many), AGAIN)
    ]
    found: dict[tuple[str, int], RowMapping] = {}
    for chunk in chunks:
        rows = (await connection.execute(select(ci_runs).where(or_(chunk)))).mappings()
        found |= {(row["host"], row["number"]): row for row in rows}
    return found
