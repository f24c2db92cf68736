"""Requests for scans: a run in the store, with a step for each repository, and what becomes of it.

Whoever can look at a repository takes up its step: the owner of the store those with a clone here,
who watches a host those that lie there alone. A run outlives the process that was asked for it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from opsroom.model.event import Happening
from opsroom.model.run import Run, RunState, RunStep
from opsroom.operations.fleet import Row
from opsroom.operations.scans.subject import is_for_us
from opsroom.store.journal import append
from opsroom.store.runs import count_steps, load_run, new_run_id, save_run, save_steps

if TYPE_CHECKING:
    from opsroom.operations.room import Room
    from opsroom.store.database import Connection

WORKFLOW = "scan"
STEP = "scan"
OPEN = (RunState.QUEUED, RunState.RUNNING)

NOBODY = "nobody who could look at it is here: it has no clone, and no process watches its host"


async def request(
    room: "Room", rows: Sequence[Row], scanners: Sequence[str], asked_by: str, where: str = ""
) -> Run:
    """Queue a scan of these repositories by these scanners (none: all that there are).

    Nothing is waited for. A repository that no process can look at now is a step that failed.
    """
    now = room.now()
    steps = [_step(room, row) for row in rows]
    failed = sum(step.status is RunState.FAILED for step in steps)
    run = Run(
        id=new_run_id(),
        workflow=WORKFLOW,
        status=RunState.QUEUED,
        asked_by=asked_by,
        asked_at=now,
        total=len(steps),
        failed=failed,
        inputs={"where": where, "scanners": ",".join(scanners)},
    )
    what = rows[0].name if len(rows) == 1 else f"{len(rows)} repositories"
    queued = told("run.queued", run, f"a scan of {what} is queued")
    async with room.store.write() as connection:
        await save_run(connection, run)
        await save_steps(connection, run.id, steps)
        await append(connection, [queued], now)
        if failed == len(steps):
            run = await end_if_done(room, connection, run.id) or run
    return run


def can_be_seen(room: "Room", row: Row) -> bool:
    """Whether some process is there that can look at a repository."""
    hosted = any(room.is_swept(key) for key in row.repository.sources)
    return bool(row.snapshot.clones) or hosted or is_for_us(room, row)


def _step(room: "Room", row: Row) -> RunStep:
    """Queued where a process is there to take it up."""
    seen = can_be_seen(room, row)
    return RunStep(
        step=STEP,
        repository=row.name,
        status=RunState.QUEUED if seen else RunState.FAILED,
        error="" if seen else NOBODY,
    )


def told(kind: str, run: Run, summary: str) -> Happening:
    """An event of a run."""
    data: dict[str, object] = {
        "run": run.id,
        "workflow": run.workflow,
        "asked_by": run.asked_by,
        "status": run.status.value,
        "total": run.total,
        "done": run.done,
        "failed": run.failed,
    }
    return Happening(kind=kind, summary=summary, data=data)


async def end_if_done(room: "Room", connection: "Connection", run_id: str) -> Run | None:
    """Bring a run up to date with its steps; it ends with the last of them. None: no such run.

    In a transaction that writes: two processes may end the last two steps at the same time.
    """
    run = await load_run(connection, run_id)
    if run is None or run.status.ended:
        return run
    counts = await count_steps(connection, run_id)
    failed = counts.get(RunState.FAILED, 0)
    done = sum(count for state, count in counts.items() if state.ended)
    left = sum(counts.values()) - done
    now = room.now()
    ended = RunState.FAILED if failed and failed == done else RunState.DONE
    changed = run.model_copy(
        update={
            "status": RunState.RUNNING if left else ended,
            "started_at": run.started_at or now,
            "ended_at": None if left else now,
            "done": done,
            "failed": failed,
        }
    )
    await save_run(connection, changed)
    happenings: list[Happening] = []
    if run.started_at is None:
        happenings.append(told("run.started", changed, f"the scan {run.id} has begun"))
    if not left:
        what = f"{done - failed} of {done} repositories were scanned"
        happenings.append(told("run.finished", changed, what))
    await append(connection, happenings, now)
    return changed
