from datetime import timedelta

import pytest
from tests.store.samples import NOW

from opsroom.model.run import Run, RunState, RunStep
from opsroom.store.database import Store
from opsroom.store.runs import (
    count_steps,
    forget_runs,
    load_run,
    load_runs,
    load_steps,
    new_run_id,
    save_run,
    save_steps,
)

pytestmark = pytest.mark.anyio


def run(number: int, status: RunState = RunState.QUEUED, **more: object) -> Run:
    told = {"id": f"run_{number}", "workflow": "scan", "status": status, "asked_by": "agent"}
    asked = {"asked_at": NOW + timedelta(minutes=number), "inputs": {"where": "repo:*"}}
    return Run.model_validate({**told, **asked, **more})


async def test_runs_come_back_newest_first(store: Store) -> None:
    queued, running = run(1), run(2, RunState.RUNNING, started_at=NOW, total=3, done=1)
    other = run(3, workflow="put-files")
    async with store.write() as connection:
        for each in (queued, running, other):
            await save_run(connection, each)
    async with store.read() as connection:
        assert await load_runs(connection) == [other, running, queued]
        assert await load_runs(connection, workflow="scan", limit=1) == [running]
        assert await load_runs(connection, states=[RunState.QUEUED]) == [other, queued]
        assert await load_run(connection, "run_2") == running
        assert await load_run(connection, "run_9") is None


async def test_a_run_is_overwritten_as_it_goes_on(store: Store) -> None:
    done = run(1, RunState.DONE, ended_at=NOW)
    async with store.write() as connection:
        await save_run(connection, run(1))
        await save_run(connection, done)
    async with store.read() as connection:
        assert await load_runs(connection) == [done]


async def test_steps_stay_in_their_order(store: Store) -> None:
    names = [f"acme/r{number}" for number in (3, 1, 2)]
    steps = [RunStep(step="scan", repository=name, status=RunState.QUEUED) for name in names]
    failed = steps[1].model_copy(update={"status": RunState.FAILED, "error": "no such commit"})
    async with store.write() as connection:
        await save_steps(connection, "run_1", steps)
        await save_steps(connection, "run_1", [failed], first=1)
        await save_steps(connection, "run_2", steps[:1])
    async with store.read() as connection:
        assert await load_steps(connection, "run_1") == [steps[0], failed, steps[2]]
        assert await load_steps(connection, "run_1", states=[RunState.FAILED]) == [failed]
        assert await load_steps(connection, "run_1", limit=1) == steps[:1]
        assert await count_steps(connection, "run_1") == {RunState.QUEUED: 2, RunState.FAILED: 1}


async def test_only_old_runs_that_ended_are_forgotten(store: Store) -> None:
    async with store.write() as connection:
        for each in (run(1, RunState.DONE), run(2, RunState.RUNNING), run(9, RunState.FAILED)):
            await save_run(connection, each)
            step = RunStep(step="scan", repository="acme/api", status=each.status)
            await save_steps(connection, each.id, [step])
        assert await forget_runs(connection, NOW + timedelta(minutes=5)) == 1
        assert await forget_runs(connection, NOW + timedelta(minutes=5)) == 0
    async with store.read() as connection:
        assert [each.id for each in await load_runs(connection)] == ["run_9", "run_2"]
        assert await load_steps(connection, "run_1") == []


def test_no_two_runs_have_the_same_id() -> None:
    ids = {new_run_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(each.startswith("run_") for each in ids)
