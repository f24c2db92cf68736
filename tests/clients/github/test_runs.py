from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from tests.clients.github.asking import host
from tests.clients.github.scripted import Scripted, told
from tests.hub import SmallHub

from opsroom.clients.github.runs import KEPT, read_run
from opsroom.clients.host import FailedStep, HostError, Priority
from opsroom.demo.github.acts.repositories import rename
from opsroom.demo.github.acts.runs import finish_run, rerun, start_run
from opsroom.demo.github.state.actions import ActionsRun
from opsroom.model.ci import CiRun

pytestmark = pytest.mark.anyio

RUN: dict[str, Any] = {
    "id": 30_433_642,
    "name": "Build\x1b]0;x\x07",
    "path": ".github/workflows/build.yml@refs/heads/main",
    "run_number": 562,
    "run_attempt": 2,
    "event": "push",
    "head_branch": None,
    "head_sha": "a" * 40,
    "status": "completed",
    "conclusion": "timed_out",
    "created_at": "2026-11-24T09:00:00Z",
    "run_started_at": "2026-11-24T10:00:00Z",
    "updated_at": "2026-11-24T10:05:00Z",
    "html_url": "https://github.com/acme/api/actions/runs/30433642",
}


def job(name: str, ended: str, *steps: tuple[str, str | None, str | None]) -> dict[str, Any]:
    return {
        "id": 7,
        "name": name,
        "html_url": "https://github.com/acme/api/actions/runs/1/job/7",
        "conclusion": "failure",
        "completed_at": ended,
        "steps": [
            {"name": step, "conclusion": conclusion, "completed_at": at}
            for step, conclusion, at in steps
        ],
    }


def jobs(*listed: dict[str, Any]) -> httpx2.Response:
    return told({"total_count": len(listed), "jobs": list(listed)})


def log(text: str) -> httpx2.Response:
    return httpx2.Response(200, content=text.encode())


async def why(*answers: httpx2.Response) -> FailedStep | None:
    run = read_run("github.com", RUN)
    return await Scripted(*answers).host().failed_step("acme/api", run, priority=Priority.ASKED)


def a_run(hub: SmallHub) -> ActionsRun:
    api = hub.repository("acme/api")
    (workflow,) = api.workflows.values()
    return start_run(hub.world, api, workflow)


def test_a_run_is_read_as_it_is() -> None:
    run = read_run("github.com", RUN)
    assert (run.number, run.workflow, run.path) == (
        30_433_642,
        "Build]0;x",
        ".github/workflows/build.yml",
    )
    assert (run.attempt, run.status, run.conclusion, run.failed) == (2, "done", "timed_out", True)
    assert run.duration == timedelta(minutes=5)
    waiting = read_run("github.com", {**RUN, "status": "waiting", "conclusion": None})
    assert (waiting.status, waiting.conclusion) == ("queued", None)
    odd = read_run("github.com", {**RUN, "conclusion": "something_new"})
    assert (odd.status, odd.conclusion) == ("done", None)


async def test_runs_are_asked_for_since_a_time_without_their_pull_requests() -> None:
    hub = Scripted(told({"total_count": 1, "workflow_runs": [RUN]}))
    since = datetime(2026, 11, 24, 10, tzinfo=UTC)
    (run,) = await hub.host().ci_runs("acme/api", since, priority=Priority.MOVED)
    assert run.number == RUN["id"]
    assert dict(hub.asked[0].url.params) == {
        "per_page": "100",
        "exclude_pull_requests": "true",
        "created": ">=2026-11-24T10:00:00Z",
    }


async def test_runs_that_may_not_be_read_are_an_error_and_no_empty_list() -> None:
    for answer in (
        told({"message": "Resource not accessible by integration"}, 403),
        told({"message": "Not Found"}, 404),
        told({"total_count": 1, "workflow_runs": [{"id": 1}]}),
    ):
        with pytest.raises(HostError):
            await Scripted(answer).host().ci_runs("acme/api", None, priority=Priority.ASKED)


async def test_the_first_failing_step_of_the_job_that_failed_first() -> None:
    found = await why(
        jobs(
            job("late", "2026-11-24T10:09:00Z", ("other", "failure", None)),
            job(
                "test",
                "2026-11-24T10:05:00Z",
                ("checkout", "success", "2026-11-24T10:01:00Z"),
                ("run\u202e tests", "failure", "2026-11-24T10:04:00Z"),
                ("also", "failure", "2026-11-24T10:04:30Z"),
            ),
        ),
        log(
            "\ufeff2026-11-24T10:03:00.1234567Z FAILED test_one\n"
            "  without a time\n"
            "2026-11-24T10:04:00.9999999Z ##[error]exit code 1\n"
            "2026-11-24T10:04:20.0000000Z Post job cleanup\n"
        ),
    )
    assert found is not None
    assert (found.job, found.step) == ("test", "run tests")
    assert found.log.splitlines() == [
        "2026-11-24T10:03:00.1234567Z FAILED test_one",
        "  without a time",
        "2026-11-24T10:04:00.9999999Z ##[error]exit code 1",
    ]


async def test_a_job_that_failed_beyond_the_first_hundred_is_found() -> None:
    fine = {**job("fine", "2026-11-24T10:01:00Z"), "conclusion": "success"}
    path = "https://api.github.com/repos/acme/api/actions/runs/30433642/attempts/2/jobs"
    first = told({"total_count": 101, "jobs": [fine] * 100}, Link=f'<{path}?page=2>; rel="next"')
    bad = job("bad", "2026-11-24T10:02:00Z", ("make", "failure", None))
    found = await why(first, jobs(bad), log("error: x\n"))
    assert found is not None
    assert (found.job, found.step) == ("bad", "make")


async def test_a_job_that_was_cut_off_names_the_step_that_was_cancelled() -> None:
    found = await why(
        jobs({**job("test", "", ("slow", "cancelled", None)), "conclusion": "timed_out"}),
        log("x\n"),
    )
    assert found is not None
    assert found.step == "slow"


async def test_a_run_that_never_got_to_a_step_has_none_that_failed() -> None:
    assert await why(jobs()) is None
    assert await why(jobs({**job("test", ""), "conclusion": "startup_failure"})) is None


async def test_only_the_end_of_a_long_log_is_kept() -> None:
    lines = "".join(f"2026-11-24T10:03:00.0000000Z line {number}\n" for number in range(100_000))
    found = await why(jobs(job("test", "", ("make", "failure", None))), log(lines))
    assert found is not None
    assert len(found.log) == KEPT
    assert found.log.endswith("line 99999\n")
    one_line = "x" * (1 << 20)
    found = await why(jobs(job("test", "", ("make", "failure", None))), log(one_line))
    assert found is not None
    assert found.log == "x" * KEPT


@pytest.mark.parametrize("status", [404, 410])
async def test_a_log_that_is_gone_says_so(status: int) -> None:
    with pytest.raises(HostError, match="log could not be had"):
        await why(jobs(job("test", "", ("make", "failure", None))), told(status=status))


async def test_a_log_that_breaks_off_is_asked_for_again() -> None:
    failing = jobs(job("test", "", ("make", "failure", None)))
    found = await why(failing, told(status=502), log("why\n"))
    assert found is not None
    assert found.log == "why\n"
    with pytest.raises(HostError, match="502"):
        await why(failing, told(status=502))


async def test_a_failure_on_the_double(hub: SmallHub) -> None:
    run = a_run(hub)
    api = hub.repository("acme/api")
    finish_run(
        hub.world,
        api,
        run,
        "failure",
        failed_step="Run tests",
        logs={"Run tests": "E   assert 41 == 42\n1 failed"},
    )
    asked = host(hub)
    (seen,) = await asked.ci_runs("acme/api", None, priority=Priority.ASKED)
    assert (seen.number, seen.conclusion, seen.attempt) == (run.id, "failure", 1)
    found = await asked.failed_step("acme/api", seen, priority=Priority.ASKED)
    assert found is not None
    assert found.step == "Run tests"
    assert "assert 41 == 42" in found.log
    rerun(hub.world, api, run, hub.kim)
    finish_run(hub.world, api, run, "success")
    (again,) = await asked.ci_runs("acme/api", None, priority=Priority.ASKED)
    assert (again.number, again.attempt, again.conclusion) == (run.id, 2, "success")
    first: CiRun = seen
    assert await asked.failed_step("acme/api", first, priority=Priority.ASKED) is not None


async def test_runs_of_a_renamed_repository_are_found_under_the_old_name(hub: SmallHub) -> None:
    a_run(hub)
    rename(hub.world, hub.repository("acme/api"), "renamed", hub.kim)
    assert len(await host(hub).ci_runs("acme/api", None, priority=Priority.ASKED)) == 1
