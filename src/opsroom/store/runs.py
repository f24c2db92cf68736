"""Runs: what was asked for and takes time, how far it got, and its steps."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import RowMapping, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.run import Run, RunState, RunStep
from opsroom.store.choose import FEW
from opsroom.store.scan_tables import run_steps, runs
from opsroom.store.upsert import upsert

NEWEST = 50
ENDED = tuple(state for state in RunState if state.ended)


def new_run_id() -> str:
    """An id for a run: `run_` and sixteen hexadecimal digits."""
    return f"run_{secrets.token_hex(8)}"


async def save_run(connection: AsyncConnection, run: Run) -> None:
    """Insert a run, or overwrite it as it is now."""
    await upsert(connection, runs, [run.model_dump()])


async def load_run(connection: AsyncConnection, run_id: str) -> Run | None:
    """One run by its id."""
    found = (await connection.execute(select(runs).where(runs.c.id == run_id))).mappings().first()
    return None if found is None else _run(found)


async def load_runs(
    connection: AsyncConnection,
    *,
    states: Collection[RunState] = tuple(RunState),
    workflow: str | None = None,
    limit: int = NEWEST,
) -> list[Run]:
    """The newest runs in these states, newest first."""
    statement = select(runs).where(runs.c.status.in_([state.value for state in states]))
    if workflow is not None:
        statement = statement.where(runs.c.workflow == workflow)
    newest = statement.order_by(runs.c.asked_at.desc(), runs.c.id.desc()).limit(limit)
    return [_run(row) for row in (await connection.execute(newest)).mappings()]


async def save_steps(
    connection: AsyncConnection, run_id: str, steps: Sequence[RunStep], *, first: int = 0
) -> None:
    """Insert or overwrite steps of a run. `first` is the place of the first among all of them."""
    rows = [
        {"run": run_id, "position": first + place, **step.model_dump()}
        for place, step in enumerate(steps)
    ]
    await upsert(connection, run_steps, rows)


async def load_steps(
    connection: AsyncConnection,
    run_id: str,
    *,
    states: Collection[RunState] = tuple(RunState),
    limit: int | None = None,
) -> list[RunStep]:
    """The steps of a run in these states, in their order; the first `limit` of them."""
    statement = (
        select(run_steps)
        .where(run_steps.c.run == run_id)
        .where(run_steps.c.status.in_([state.value for state in states]))
        .order_by(run_steps.c.position, run_steps.c.repository, run_steps.c.step)
        .limit(limit)
    )
    rows = (await connection.execute(statement)).mappings()
    return [RunStep.model_validate({name: row[name] for name in STEP}) for row in rows]


async def count_steps(connection: AsyncConnection, run_id: str) -> dict[RunState, int]:
    """How many steps of a run are in each state."""
    counted = await connection.execute(
        select(run_steps.c.status, func.count())
        .where(run_steps.c.run == run_id)
        .group_by(run_steps.c.status)
    )
    return {RunState(status): count for status, count in counted}


async def forget_runs(connection: AsyncConnection, before: datetime) -> int:
    """Forget some runs that ended and were asked for before then, with their steps; how many.

    Few at a time: call it until it gives 0.
    """
    old = (
        select(runs.c.id)
        .where(runs.c.asked_at < before, runs.c.status.in_([state.value for state in ENDED]))
        .limit(FEW)
    )
    gone = list((await connection.execute(old)).scalars())
    if gone:
        await connection.execute(delete(run_steps).where(run_steps.c.run.in_(gone)))
        await connection.execute(delete(runs).where(runs.c.id.in_(gone)))
    return len(gone)


STEP = tuple(RunStep.model_fields)


def _run(row: RowMapping) -> Run:
    return Run.model_validate({name: row[name] for name in Run.model_fields})
