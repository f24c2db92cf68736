"""Workflows, runs and jobs."""

from opsroom.demo.github.bodies.accounts import account
from opsroom.demo.github.bodies.git import simple_commit
from opsroom.demo.github.bodies.pulls import minimal_pull
from opsroom.demo.github.bodies.repository import minimal
from opsroom.demo.github.bodies.times import maybe, stamp
from opsroom.demo.github.ids import node_id
from opsroom.demo.github.state.actions import ActionsRun, ActionsWorkflow, Attempt, Job
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.urls import Json, Urls, quoted


def workflow(urls: Urls, repository: Hosted, one: ActionsWorkflow) -> Json:
    """A workflow file."""
    page = urls.page(repository.full_name)
    return {
        "id": one.id,
        "node_id": one.node_id,
        "name": one.name,
        "path": one.path,
        "state": one.state,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "url": f"{urls.repository(repository.full_name)}/actions/workflows/{one.id}",
        "html_url": f"{page}/blob/{quoted(repository.default_branch)}/{one.path}",
        "badge_url": f"{page}/workflows/{quoted(one.name)}/badge.svg",
    }


def run(
    urls: Urls,
    repository: Hosted,
    one: ActionsRun,
    attempt: Attempt | None = None,
    *,
    pulls: bool = True,
) -> Json:
    """A run, as it was at `attempt` or is now."""
    tried = attempt or one.newest
    api, page = urls.repository(repository.full_name), urls.page(repository.full_name)
    at = f"{api}/actions/runs/{one.id}"
    here = minimal(urls, repository)
    before = f"{at}/attempts/{tried.number - 1}" if tried.number > 1 else None
    return {
        "id": one.id,
        "name": one.workflow.name,
        "node_id": one.node_id,
        "head_branch": one.branch,
        "head_sha": one.head,
        "path": one.workflow.path,
        "display_title": one.title,
        "run_number": one.number,
        "event": one.event,
        "status": tried.status,
        "conclusion": tried.conclusion,
        "workflow_id": one.workflow.id,
        "check_suite_id": one.suite,
        "check_suite_node_id": node_id("CS", one.suite),
        "url": at,
        "html_url": f"{page}/actions/runs/{one.id}",
        "pull_requests": [
            minimal_pull(urls, repository, repository.pulls[number])
            for number in one.pulls
            if pulls and number in repository.pulls
        ],
        "created_at": stamp(one.created_at),
        "updated_at": stamp(tried.updated_at),
        "actor": account(urls, one.actor),
        "run_attempt": tried.number,
        "referenced_workflows": [],
        "run_started_at": stamp(tried.started_at),
        "triggering_actor": account(urls, tried.actor),
        "jobs_url": f"{at}/jobs",
        "logs_url": f"{at}/logs",
        "check_suite_url": f"{api}/check-suites/{one.suite}",
        "artifacts_url": f"{at}/artifacts",
        "cancel_url": f"{at}/cancel",
        "rerun_url": f"{at}/rerun",
        "previous_attempt_url": before,
        "workflow_url": f"{api}/actions/workflows/{one.workflow.id}",
        "head_commit": simple_commit(repository.objects.commit(one.head)),
        "repository": here,
        "head_repository": here,
    }


def job(urls: Urls, repository: Hosted, one: ActionsRun, attempt: Attempt, each: Job) -> Json:
    """A job of an attempt, with its steps."""
    api, page = urls.repository(repository.full_name), urls.page(repository.full_name)
    begun = each.started_at or each.created_at
    return {
        "id": each.id,
        "run_id": one.id,
        "workflow_name": one.workflow.name,
        "head_branch": one.branch,
        "run_url": f"{api}/actions/runs/{one.id}",
        "run_attempt": attempt.number,
        "node_id": each.node_id,
        "head_sha": one.head,
        "url": f"{api}/actions/jobs/{each.id}",
        "html_url": f"{page}/actions/runs/{one.id}/job/{each.id}",
        "status": each.status,
        "conclusion": each.conclusion,
        "created_at": stamp(each.created_at),
        "started_at": stamp(begun),
        "completed_at": maybe(each.completed_at),
        "name": each.name,
        "steps": [
            {
                "name": step.name,
                "status": step.status,
                "conclusion": step.conclusion,
                "number": step.number,
                "started_at": maybe(step.started_at),
                "completed_at": maybe(step.completed_at),
            }
            for step in each.steps
        ],
        "check_run_url": f"{api}/check-runs/{each.check_run}",
        "labels": list(each.labels),
        "runner_id": 1 if each.started_at else None,
        "runner_name": "runner-1" if each.started_at else None,
        "runner_group_id": 1 if each.started_at else None,
        "runner_group_name": "Default" if each.started_at else None,
    }
