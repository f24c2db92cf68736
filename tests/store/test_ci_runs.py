from datetime import timedelta
from typing import Any

import pytest
from tests.store.samples import MINUTE, NOW, fleet, snapshot

from opsroom.model.ci import CiFailure, CiRun
from opsroom.store.ci_runs import (
    ci_runs_alike,
    forget_ci_runs,
    load_ci_run,
    newest_ci_runs,
    save_ci_failure,
    save_ci_runs,
)
from opsroom.store.database import Store
from opsroom.store.meta import next_revision
from opsroom.store.snapshots import save_snapshots

pytestmark = pytest.mark.anyio

API, WEB = "github.com/acme/r00000", "github.com/acme/r00001"
WHY = CiFailure(job="test", step="pytest", error="no module named x", signature="5ig")


def run(number: int, **more: Any) -> CiRun:
    values: dict[str, Any] = {
        "host": "github.com",
        "number": number,
        "workflow": "ci",
        "branch": "main",
        "head": "a" * 40,
        "status": "done",
        "conclusion": "failure",
        "created_at": NOW + number % 10_000 * MINUTE,
        "updated_at": NOW + number % 10_000 * MINUTE,
    }
    return CiRun.model_validate({**values, **more})


@pytest.fixture
async def kept(store: Store) -> Store:
    async with store.write() as connection:
        await save_snapshots(connection, fleet(2), await next_revision(connection), NOW)
    return store


async def save(store: Store, **runs: list[CiRun]) -> list[CiRun]:
    keys = {"api": API, "web": WEB}
    async with store.write() as connection:
        return await save_ci_runs(connection, {keys[name]: many for name, many in runs.items()})


async def test_a_run_comes_back_as_it_was(kept: Store) -> None:
    ended = run(
        1 << 40, path=".github/workflows/ci.yml", started_at=NOW, run_number=7, url="https://x"
    )
    assert await save(kept, api=[ended]) == [ended]
    async with kept.read() as connection:
        found = await load_ci_run(connection, "github.com", 1 << 40)
        assert found is not None
        assert (found.repository, found.run, found.failure, found.looked_at) == (
            API,
            ended,
            None,
            None,
        )
        assert await load_ci_run(connection, "ghe.example.org", 1 << 40) is None


async def test_only_a_newer_attempt_or_update_is_taken(kept: Store) -> None:
    first = run(1, status="running", conclusion=None)
    ended = run(1, updated_at=NOW + 5 * MINUTE)
    again = run(1, attempt=2, status="queued", conclusion=None, updated_at=NOW + 6 * MINUTE)
    assert await save(kept, api=[ended]) == [ended]
    assert await save(kept, api=[first, ended]) == []
    assert await save(kept, api=[again]) == [again]
    # Whatever is said of an attempt that is over comes too late, however new it looks.
    assert await save(kept, api=[run(1, updated_at=NOW + 9 * MINUTE)]) == []
    async with kept.read() as connection:
        found = await load_ci_run(connection, "github.com", 1)
    assert found is not None
    assert found.run == again


async def test_of_a_run_that_is_told_twice_the_newer_word_counts(kept: Store) -> None:
    ended = run(1, updated_at=NOW + 5 * MINUTE)
    assert await save(kept, api=[ended, run(1, status="running", conclusion=None)]) == [ended]


async def test_why_it_failed_is_kept_until_the_next_attempt(kept: Store) -> None:
    failed = run(1)
    await save(kept, api=[failed])
    async with kept.write() as connection:
        await save_ci_failure(connection, run(1, attempt=3), WHY, NOW)  # of an attempt not here
        found = await load_ci_run(connection, "github.com", 1)
        assert found is not None
        assert (found.run, found.looked_at) == (failed, None)
        await save_ci_failure(connection, failed, WHY, NOW)
    await save(kept, api=[run(1, updated_at=NOW + 5 * MINUTE)])
    async with kept.read() as connection:
        found = await load_ci_run(connection, "github.com", 1)
        assert found is not None
        assert (found.failure, found.looked_at) == (WHY, NOW)
    await save(kept, api=[run(1, attempt=2)])
    async with kept.read() as connection:
        found = await load_ci_run(connection, "github.com", 1)
        assert found is not None
        assert (found.failure, found.looked_at) == (None, None)


async def test_that_it_can_not_be_told_is_kept_too(kept: Store) -> None:
    await save(kept, api=[run(1)])
    async with kept.write() as connection:
        await save_ci_failure(connection, run(1), None, NOW)
        found = await load_ci_run(connection, "github.com", 1)
        assert found is not None
        assert (found.failure, found.looked_at) == (None, NOW)


async def test_who_else_has_it_is_one_lookup(kept: Store) -> None:
    await save(kept, api=[run(1), run(2)], web=[run(3), run(4)])
    async with kept.write() as connection:
        for number in (1, 3):
            await save_ci_failure(connection, run(number), WHY, NOW)
        await save_ci_failure(connection, run(4), CiFailure(job="a", step="b"), NOW)
        found = await ci_runs_alike(connection, "5ig")
    assert [(each.repository, each.run.number) for each in found] == [(WEB, 3), (API, 1)]


async def test_the_newest_run_of_each_workflow(kept: Store) -> None:
    await save(
        kept,
        api=[run(1), run(2), run(3, workflow="deploy"), run(4, branch="fix")],
        web=[run(5), run(6)],
    )
    async with kept.read() as connection:
        everywhere = await newest_ci_runs(connection, None)
        here = await newest_ci_runs(connection, [API], per_workflow=2)
    assert [each.run.number for each in everywhere] == [6, 4, 3, 2]
    assert [each.run.number for each in here] == [4, 3, 2, 1]


async def test_old_runs_are_forgotten_and_so_are_those_of_no_repository(kept: Store) -> None:
    await save(kept, api=[run(1), run(2), run(3)])
    async with kept.write() as connection:
        assert await save_ci_runs(connection, {"github.com/no/such": [run(9)]}) == []
        assert await forget_ci_runs(connection, NOW + timedelta(minutes=3)) == 2
        assert [each.run.number for each in await newest_ci_runs(connection, None)] == [3]


async def test_many_runs_at_once(kept: Store) -> None:
    many = [run(number) for number in range(900)]
    assert len(await save(kept, api=many)) == 900
    assert await save(kept, api=many) == []


async def test_a_repository_that_is_deleted_takes_its_runs_along(kept: Store) -> None:
    from sqlalchemy import delete

    from opsroom.store.tables import repositories

    await save(kept, api=[run(1)])
    async with kept.write() as connection:
        await connection.execute(delete(repositories).where(repositories.c.key == API))
        assert await load_ci_run(connection, "github.com", 1) is None
        await save_snapshots(connection, [snapshot("acme/x")], 9, NOW)
