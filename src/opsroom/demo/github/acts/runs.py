"""Workflows are added; runs are queued, begin, end, are cancelled and tried again."""

from collections.abc import Mapping

from opsroom.demo.github.acts.checks import (
    add_check,
    new_suite,
    settle_suite,
    tell_check,
    worst,
)
from opsroom.demo.github.bodies.actions import job as job_body
from opsroom.demo.github.bodies.actions import run as run_body
from opsroom.demo.github.bodies.actions import workflow as workflow_body
from opsroom.demo.github.refusals import Refusal, forbidden
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.actions import (
    ActionsRun,
    ActionsWorkflow,
    Attempt,
    Job,
    RunConclusion,
    Step,
)
from opsroom.demo.github.state.checks import CheckRun, CheckSuite
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.urls import Json, Urls
from opsroom.demo.github.world import World

ACTIONS = "github-actions"
BAD = ("failure", "timed_out", "cancelled", "startup_failure")


def add_workflow(
    world: World,
    repository: Hosted,
    path: str,
    name: str,
    jobs: Mapping[str, tuple[str, ...]] | None = None,
) -> ActionsWorkflow:
    """Let a workflow file be known: `jobs` maps names of jobs to the names of their steps."""
    with world.lock:
        now = world.now()
        number, node = world.identify("W")
        one = ActionsWorkflow(number, node, name, path, now, now)
        if jobs is not None:
            one.jobs = dict(jobs)
        repository.workflows[number] = one
        return one


def start_run(
    world: World,
    repository: Hosted,
    workflow: ActionsWorkflow,
    *,
    event: str = "push",
    head: str | None = None,
    branch: str | None = None,
    actor: Account | None = None,
    title: str | None = None,
) -> ActionsRun:
    """Queue a run of a workflow, by default on the head of the default branch.

    Raises:
        Refusal: 422, there is no commit to run on.
    """
    with world.lock:
        commit = head or repository.head
        if commit is None:
            raise Refusal(422, "No ref found for: " + repository.default_branch)
        who = actor or repository.owner
        named = branch or repository.default_branch
        workflow.runs += 1
        number, node = world.identify("WFR")
        suite = new_suite(world, repository, commit, named, ACTIONS)
        suite.run = number
        said = title or repository.objects.commit(commit).headline
        pulls = tuple(
            pull.number
            for pull in repository.pulls.values()
            if pull.open and pull.head_ref == named
        )
        run = ActionsRun(
            number,
            node,
            workflow,
            workflow.runs,
            event,
            named,
            commit,
            said,
            who,
            world.now(),
            suite.id,
            pulls=pulls,
        )
        repository.runs[number] = run
        _queue(world, repository, run, who, tuple(workflow.jobs))
        return run


def suite_of(repository: Hosted, run: ActionsRun) -> CheckSuite:
    """The check suite that shows a run."""
    return next(each for each in repository.checks(run.head) if each.id == run.suite)


def _queue(
    world: World, repository: Hosted, run: ActionsRun, actor: Account, names: tuple[str, ...]
) -> None:
    """Add an attempt in which the named jobs are queued; others are as they were before."""
    now = world.now()
    suite = suite_of(repository, run)
    before = {job.name: job for job in run.newest.jobs} if run.attempts else {}
    attempt = Attempt(len(run.attempts) + 1, actor, now, now)
    run.attempts.append(attempt)
    for name, steps in run.workflow.jobs.items():
        if name in names or name not in before:
            attempt.jobs.append(_new_job(world, suite, name, steps))
        else:
            attempt.jobs.append(before[name])
    settle_suite(world, repository, suite, actor)
    tell_run(world, repository, run, "requested", actor)
    for job in attempt.jobs:
        if job.status == "queued":
            check = _check(suite, job)
            if check is not None:
                tell_check(world, repository, suite, check, "created", actor)
            tell_job(world, repository, run, attempt, job, "queued", actor)


def _new_job(world: World, suite: CheckSuite, name: str, steps: tuple[str, ...]) -> Job:
    number, node = world.identify("J")
    check = add_check(world, suite, name)
    check.job = number
    job = Job(number, node, name, world.now(), check.id)
    job.steps = [Step(place, each) for place, each in enumerate(steps, 1)]
    return job


def _check(suite: CheckSuite, job: Job) -> CheckRun | None:
    return next((each for each in suite.runs if each.id == job.check_run), None)


def begin_run(world: World, repository: Hosted, run: ActionsRun) -> None:
    """Let every queued job of a run begin."""
    with world.lock:
        for job in run.newest.jobs:
            if job.status == "queued":
                begin_job(world, repository, run, job)


def begin_job(world: World, repository: Hosted, run: ActionsRun, job: Job) -> None:
    """Let one job begin, and with the first one the run."""
    with world.lock:
        now = world.now()
        attempt, suite = run.newest, suite_of(repository, run)
        job.status, job.started_at = "in_progress", now
        if job.steps:
            job.steps[0].status, job.steps[0].started_at = "in_progress", now
        check = _check(suite, job)
        if check is not None:
            check.status, check.started_at = "in_progress", now
        attempt.updated_at = now
        if attempt.status == "queued":
            attempt.status = "in_progress"
            tell_run(world, repository, run, "in_progress", attempt.actor)
        settle_suite(world, repository, suite, attempt.actor)
        tell_job(world, repository, run, attempt, job, "in_progress", attempt.actor)


def finish_job(
    world: World,
    repository: Hosted,
    run: ActionsRun,
    job: Job,
    conclusion: RunConclusion,
    *,
    failed_step: str | None = None,
    logs: Mapping[str, str] | None = None,
) -> None:
    """Let one job end, and with the last one the run.

    `failed_step` is the step that ended badly, by default the last but one; `logs` maps names of
    steps to what they printed.
    """
    with world.lock:
        now = world.now()
        attempt, suite = run.newest, suite_of(repository, run)
        job.status, job.conclusion, job.completed_at = "completed", conclusion, now
        job.started_at = job.started_at or now
        _finish_steps(job, conclusion, failed_step, logs or {})
        check = _check(suite, job)
        if check is not None:
            check.status, check.conclusion, check.completed_at = "completed", conclusion, now
            check.started_at = check.started_at or job.started_at
            tell_check(world, repository, suite, check, "completed", attempt.actor)
        attempt.updated_at = now
        tell_job(world, repository, run, attempt, job, "completed", attempt.actor)
        if all(each.status == "completed" for each in attempt.jobs):
            attempt.status = "completed"
            attempt.conclusion = worst([each.conclusion for each in attempt.jobs])
            settle_suite(world, repository, suite, attempt.actor)
            tell_run(world, repository, run, "completed", attempt.actor)


def _finish_steps(
    job: Job, conclusion: RunConclusion, failed_step: str | None, logs: Mapping[str, str]
) -> None:
    bad = conclusion in BAD
    names = [step.name for step in job.steps]
    culprit = failed_step or (names[max(0, len(names) - 2)] if names else None)
    broken = False
    for step in job.steps:
        step.log = logs.get(step.name, step.log)
        step.status = "completed"
        step.started_at = step.started_at or job.started_at
        step.completed_at = job.completed_at
        if bad and step.name == culprit:
            step.conclusion, broken = conclusion, True
        elif broken and step.name != names[-1]:
            step.conclusion = "skipped"
        else:
            step.conclusion = "skipped" if conclusion == "skipped" else "success"


def finish_run(
    world: World,
    repository: Hosted,
    run: ActionsRun,
    conclusion: RunConclusion,
    *,
    failed_step: str | None = None,
    logs: Mapping[str, str] | None = None,
) -> None:
    """Let every job of a run that has not ended end like this."""
    with world.lock:
        for job in run.newest.jobs:
            if job.status == "queued":
                begin_job(world, repository, run, job)
            if job.status != "completed":
                finish_job(
                    world, repository, run, job, conclusion, failed_step=failed_step, logs=logs
                )


def cancel_run(world: World, repository: Hosted, run: ActionsRun) -> None:
    """Stop a run.

    Raises:
        Refusal: 409, it has ended.
    """
    with world.lock:
        if run.newest.status == "completed":
            raise Refusal(409, "Cannot cancel a workflow run that is completed.")
        finish_run(world, repository, run, "cancelled")


def rerun(
    world: World, repository: Hosted, run: ActionsRun, actor: Account, *, failed_only: bool = False
) -> None:
    """Try a run again, or only those of its jobs that failed.

    Raises:
        Refusal: 403, it goes on, or nothing failed.
    """
    with world.lock:
        if run.newest.status != "completed":
            raise forbidden("This workflow is already running")
        jobs = run.newest.jobs
        names = tuple(job.name for job in jobs if not failed_only or job.conclusion in BAD)
        if not names:
            raise forbidden("This workflow run cannot be retried: no job failed")
        _queue(world, repository, run, actor, names)


def tell_run(
    world: World, repository: Hosted, run: ActionsRun, action: str, actor: Account
) -> None:
    """Emit `workflow_run`."""

    def details(urls: Urls) -> Json:
        return {
            "workflow": workflow_body(urls, repository, run.workflow),
            "workflow_run": run_body(urls, repository, run),
        }

    world.emit("workflow_run", action, repository, details, actor=actor)


def tell_job(
    world: World,
    repository: Hosted,
    run: ActionsRun,
    attempt: Attempt,
    job: Job,
    action: str,
    actor: Account,
) -> None:
    """Emit `workflow_job`."""

    def details(urls: Urls) -> Json:
        return {"workflow_job": job_body(urls, repository, run, attempt, job)}

    world.emit("workflow_job", action, repository, details, actor=actor)
