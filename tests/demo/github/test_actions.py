"""Actions: the life of a run as its host tells it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.hub import Clock, SmallHub

from opsroom.demo.github.acts.checks import report_check
from opsroom.demo.github.acts.pushes import commit_files
from opsroom.demo.github.acts.runs import add_workflow, begin_run, finish_job, finish_run, start_run
from opsroom.demo.github.state.actions import ActionsRun
from opsroom.demo.github.state.repository import Hosted

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
JOBS = {"test": ("Set up job", "Run tests", "Complete job"), "lint": ("Set up job", "Lint")}
RUNS = "/repos/acme/api/actions/runs"


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def hub(tmp_path: Path, clock: Clock) -> SmallHub:
    return SmallHub(tmp_path, clock=clock)


@pytest.fixture
def api(hub: SmallHub) -> Hosted:
    return hub.repository("acme/api")


@pytest.fixture
def failed(hub: SmallHub, api: Hosted, clock: Clock) -> ActionsRun:
    """A run in which `test` failed after a minute and `lint` was fine."""
    workflow = add_workflow(hub.world, api, ".github/workflows/all.yml", "All", JOBS)
    run = start_run(hub.world, api, workflow)
    begin_run(hub.world, api, run)
    clock.at = NOW + timedelta(minutes=1)
    test, lint = run.newest.jobs
    finish_job(hub.world, api, run, lint, "success")
    logs = {"Run tests": "collecting\nE  assert 41 == 42"}
    finish_job(hub.world, api, run, test, "failure", failed_step="Run tests", logs=logs)
    return run


async def test_jobs_steps_and_the_log(hub: SmallHub, failed: ActionsRun) -> None:
    async with hub.client() as github, hub.client(None) as nobody:
        shown = (await github.get(f"{RUNS}/{failed.id}")).json()
        assert (shown["status"], shown["conclusion"], shown["run_attempt"]) == (
            "completed", "failure", 1)  # fmt: skip
        assert (shown["run_started_at"], shown["updated_at"]) == (
            "2026-11-24T12:00:00Z", "2026-11-24T12:01:00Z")  # fmt: skip
        jobs = (await github.get(f"{RUNS}/{failed.id}/jobs")).json()["jobs"]
        steps = {each["name"]: each["conclusion"] for each in jobs[0]["steps"]}
        assert steps == {"Set up job": "success", "Run tests": "failure", "Complete job": "success"}
        sent = await github.get(f"/repos/acme/api/actions/jobs/{jobs[0]['id']}/logs")
        assert sent.status_code == 302
        log = await nobody.get(sent.headers["location"])
        assert log.headers["content-type"].startswith("text/plain")
        assert "0000000Z E  assert 41 == 42\n" in log.text
        assert "##[error]Process completed with exit code 1." in log.text
        forged = sent.headers["location"].replace("sig=", "sig=0")
        assert (await nobody.get(forged)).status_code == 404


async def test_only_what_failed_is_tried_again(
    hub: SmallHub, api: Hosted, failed: ActionsRun
) -> None:
    async with hub.client() as github:
        before = [job.id for job in failed.newest.jobs]
        again = await github.post(f"{RUNS}/{failed.id}/rerun-failed-jobs")
        assert again.status_code == 201
        assert (await github.post(f"{RUNS}/{failed.id}/rerun")).status_code == 403
        shown = (await github.get(f"{RUNS}/{failed.id}")).json()
        assert (shown["status"], shown["run_attempt"]) == ("queued", 2)
        assert shown["previous_attempt_url"].endswith("/attempts/1")
        finish_run(hub.world, api, failed, "success")
        jobs = (await github.get(f"{RUNS}/{failed.id}/jobs")).json()["jobs"]
        assert [each["id"] == old for each, old in zip(jobs, before, strict=True)] == [False, True]
        assert (await github.get(f"{RUNS}/{failed.id}")).json()["conclusion"] == "success"
        first = (await github.get(f"{RUNS}/{failed.id}/attempts/1")).json()
        assert first["conclusion"] == "failure"
        all_jobs = await github.get(f"{RUNS}/{failed.id}/jobs?filter=all")
        assert all_jobs.json()["total_count"] == 4
        checks = await github.get(f"/repos/acme/api/commits/{failed.head}/check-runs")
        assert [each["conclusion"] for each in checks.json()["check_runs"]] == ["success"] * 2


async def test_cancelled(hub: SmallHub, api: Hosted) -> None:
    run = start_run(hub.world, api, next(iter(api.workflows.values())))
    async with hub.client() as github:
        assert (await github.post(f"{RUNS}/{run.id}/cancel")).status_code == 202
        assert (await github.get(f"{RUNS}/{run.id}")).json()["conclusion"] == "cancelled"
        assert (await github.post(f"{RUNS}/{run.id}/cancel")).status_code == 409


async def test_dispatched(hub: SmallHub, api: Hosted) -> None:
    at = "/repos/acme/api/actions/workflows/ci.yml"
    async with hub.client() as github:
        refused = await github.post(f"{at}/dispatches", json={"ref": "main"})
        assert refused.status_code == 422
        text = "on: workflow_dispatch\n"
        commit_files(hub.world, api, "main", {".github/workflows/ci.yml": text}, "On", hub.kim)
        assert (await github.post(f"{at}/dispatches", json={"ref": "main"})).status_code == 204
        runs = await github.get(f"{at}/runs?event=workflow_dispatch")
        assert runs.json()["workflow_runs"][0]["actor"]["login"] == "kim"
        await github.put(f"{at}/disable")
        assert (await github.get(at)).json()["state"] == "disabled_manually"
        assert (await github.post(f"{at}/dispatches", json={"ref": "main"})).status_code == 422


async def test_what_is_told_while_a_run_lives(hub: SmallHub, failed: ActionsRun) -> None:
    told = [(each.event, each.action) for each in hub.world.emitted
            if each.event in ("workflow_run", "check_suite")]  # fmt: skip
    assert told == [
        ("workflow_run", "requested"),
        ("workflow_run", "in_progress"),
        ("check_suite", "completed"),
        ("workflow_run", "completed"),
    ]
    jobs = [each.action for each in hub.world.emitted if each.event == "workflow_job"]
    assert sorted(filter(None, jobs)) == ["completed"] * 2 + ["in_progress"] * 2 + ["queued"] * 2


async def test_checks_of_others(hub: SmallHub, api: Hosted) -> None:
    assert api.head is not None
    report_check(hub.world, api, api.head, "scan", "scanner", hub.kim, status="in_progress")
    async with hub.client() as github:
        suites = (await github.get("/repos/acme/api/commits/main/check-suites")).json()
        assert [each["status"] for each in suites["check_suites"]] == ["in_progress"]
        report_check(hub.world, api, api.head, "scan", "scanner", hub.kim, status="completed",
                     conclusion="failure")  # fmt: skip
        checks = (await github.get("/repos/acme/api/commits/main/check-runs")).json()
        assert [each["conclusion"] for each in checks["check_runs"]] == ["failure"]
        forbidden = await github.post("/repos/acme/api/check-runs", json={})
        assert forbidden.status_code == 404
        made = {"state": "success", "context": "deploy"}
        await github.post(f"/repos/acme/api/statuses/{api.head}", json=made)
        whole = (await github.get("/repos/acme/api/commits/main/status")).json()
        assert (whole["state"], whole["total_count"]) == ("success", 1)
