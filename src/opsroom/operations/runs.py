"""The verb `run_status`: what runs are under way or have ended, and how far their steps are."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import Field

from opsroom.errors import Call, NotFound, UsageError
from opsroom.model.run import Run, RunState, RunStep
from opsroom.model.text import plain
from opsroom.model.value import Value
from opsroom.operations.answers import Answer, Omitted, fit, lead
from opsroom.operations.room import Room

NEWEST = 20
"""Runs that are told of when none is named."""

MOST_STEPS = 2_000
"""Steps of one run that are read for one answer."""

ORDER = (RunState.FAILED, RunState.RUNNING, RunState.WAITING, RunState.QUEUED)
"""Which steps are told first; the others follow."""


class StepReport(Value):
    """One step: what is done in one repository. `error` is empty unless it failed."""

    step: str
    repository: str
    status: RunState
    error: str


class RunReport(Value):
    """One run. `done` of `total` steps have ended, `failed` of them badly."""

    run: str
    workflow: str
    status: RunState
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None
    total: int
    done: int
    failed: int
    error: str
    steps: list[StepReport] = Field(description="failed ones first; of the newest runs without one")


class RunStatus(Answer):
    """How runs get on: the one that was asked for, or the newest."""

    runs: list[RunReport]
    omitted: Omitted = Field(description="steps, or runs, that were left out")

    def reading(self) -> str:
        """A line for each run, and for each step that is told."""
        lines = lead(self.as_of, self.coverage, self.note)
        for run in self.runs:
            failed = f", {run.failed} failed" if run.failed else ""
            lines.append(
                f"- {run.run} {run.workflow} {run.status}: {run.done} of {run.total}{failed}, "
                f"asked by {run.asked_by} at {run.asked_at:%m-%dT%H:%M:%S}"
            )
            lines += [
                f"  - {step.repository} {step.status}{f': {step.error}' if step.error else ''}"
                for step in run.steps
            ]
        if not self.runs:
            lines.append("no runs")
        if self.omitted.count:
            lines.append(f"{self.omitted.count} more")
        return "\n".join(lines)


async def run_status(room: Room, run: str, max_tokens: int) -> RunStatus:
    """One run with its steps, or without `run` the newest ones without.

    Raises:
        UsageError: the id is of something else.
        NotFound: no such run, or none for this caller.
    """
    await room.refresh()
    if run.strip():
        return await _one(room, run.strip(), max_tokens)
    return await _newest(room, max_tokens)


async def _one(room: Room, run_id: str, max_tokens: int) -> RunStatus:
    from opsroom.store.runs import load_run, load_steps

    listing = Call("run_status", {}, "lists the newest runs")
    if not run_id.startswith("run_"):
        ci = [Call("ci_status", {"ci_run": run_id}, "what is known of this CI run")]
        calls = [*(ci if run_id.startswith("ci_") else []), listing]
        raise UsageError(f"{plain(run_id, 60)!r} is not the id of a run", "it is run_...", calls)
    async with room.store.read() as connection:
        found = await load_run(connection, run_id)
        steps = await load_steps(connection, run_id, limit=MOST_STEPS) if found else []
    seen = _visible(room, steps)
    if found is None or (room.scope.terms and not seen):
        raise NotFound(
            f"no run {plain(run_id, 60)!r} here", "run_status lists the newest", [listing]
        )
    told = found if not room.scope.terms else _narrowed(found, seen)
    ordered = sorted(seen, key=_rank)
    as_of, coverage = room.looked(room.rows())

    def build(few: Sequence[RunStep]) -> RunStatus:
        left = told.total - len(few)
        rest = ordered[len(few) : len(few) + 1]
        return RunStatus(
            as_of=as_of,
            coverage=coverage,
            runs=[_report(told, few)],
            omitted=Omitted(count=left, worst=rest[0].status.value if rest else None),
        )

    return fit(ordered, max_tokens, build)


async def _newest(room: Room, max_tokens: int) -> RunStatus:
    from opsroom.store.runs import load_runs, load_steps

    async with room.store.read() as connection:
        runs = await load_runs(connection, limit=NEWEST)
        if room.scope.terms:
            steps = {each.id: await load_steps(connection, each.id) for each in runs}
            visible = {each.id: _visible(room, steps[each.id]) for each in runs}
            runs = [_narrowed(each, visible[each.id]) for each in runs if visible[each.id]]
    as_of, coverage = room.looked(room.rows())

    def build(few: Sequence[Run]) -> RunStatus:
        return RunStatus(
            as_of=as_of,
            coverage=coverage,
            runs=[_report(each, ()) for each in few],
            omitted=Omitted(count=len(runs) - len(few)),
        )

    return fit(runs, max_tokens, build)


def _visible(room: Room, steps: Sequence[RunStep]) -> list[RunStep]:
    """The steps in repositories that exist for this caller."""
    if not room.scope.terms:
        return list(steps)
    names = {row.name for row in room.rows()}
    return [step for step in steps if step.repository in names]


def _narrowed(run: Run, steps: Sequence[RunStep]) -> Run:
    """A run as somebody sees it from whom repositories are hidden."""
    return run.model_copy(
        update={
            "total": len(steps),
            "done": sum(step.status.ended for step in steps),
            "failed": sum(step.status is RunState.FAILED for step in steps),
        }
    )


def _rank(step: RunStep) -> int:
    return ORDER.index(step.status) if step.status in ORDER else len(ORDER)


def _report(run: Run, steps: Sequence[RunStep]) -> RunReport:
    return RunReport(
        run=run.id,
        workflow=run.workflow,
        status=run.status,
        asked_by=run.asked_by,
        asked_at=run.asked_at,
        ended_at=run.ended_at,
        total=run.total,
        done=run.done,
        failed=run.failed,
        error=plain(run.error, 200),
        steps=[
            StepReport(
                step=step.step,
                repository=step.repository,
                status=step.status,
                error=plain(step.error, 300),
            )
            for step in steps
        ],
    )
