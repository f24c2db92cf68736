"""Actions: workflows, runs, attempts, jobs and logs."""

from collections.abc import Callable

from opsroom.demo.github.acts import runs as acts
from opsroom.demo.github.bodies import actions as bodies
from opsroom.demo.github.bodies.times import stamp
from opsroom.demo.github.refusals import Refusal, forbidden, not_found, unprocessable
from opsroom.demo.github.rest.call import REPOSITORY, Answer, Call, Endpoints, Result
from opsroom.demo.github.rest.finding import instant
from opsroom.demo.github.state.accounts import Access
from opsroom.demo.github.state.actions import ActionsRun, ActionsWorkflow, Attempt, Job
from opsroom.demo.github.state.repository import HEADS, Hosted
from opsroom.demo.github.urls import Json

endpoint = Endpoints()

ACTIONS = f"{REPOSITORY}/actions"
RUN = f"{ACTIONS}/runs/{{run}}"
MOST_FOUND = 1000
"""Runs that a filtered list can show."""

RUNS_OF: dict[str, Callable[[ActionsRun, str], bool]] = {
    "branch": lambda run, wanted: run.branch == wanted,
    "event": lambda run, wanted: run.event == wanted,
    "head_sha": lambda run, wanted: run.head == wanted,
    "actor": lambda run, wanted: run.actor.login.lower() == wanted.lower(),
    "status": lambda run, wanted: wanted in (run.newest.status, run.newest.conclusion),
    "check_suite_id": lambda run, wanted: str(run.suite) == wanted,
}
"""Filters of lists of runs by the name of their query."""


@endpoint("GET", f"{ACTIONS}/workflows")
def workflows(call: Call) -> Result:
    """The workflow files of a repository."""
    repository = call.repository("actions")
    found = list(repository.workflows.values())
    page = call.paged(found, lambda each: bodies.workflow(call.urls, repository, each))
    return {"total_count": len(found), "workflows": page}


def _workflow(call: Call, access: Access = "read") -> tuple[Hosted, ActionsWorkflow]:
    """A workflow by its id or the name of its file."""
    repository = call.repository("actions", access)
    wanted = call.arguments["workflow"]
    for each in repository.workflows.values():
        if wanted in (str(each.id), each.path.rpartition("/")[2]):
            return repository, each
    raise not_found()


@endpoint("GET", f"{ACTIONS}/workflows/{{workflow}}")
def workflow(call: Call) -> Result:
    """One workflow."""
    return bodies.workflow(call.urls, *_workflow(call))


@endpoint("PUT", f"{ACTIONS}/workflows/{{workflow}}/enable")
@endpoint("PUT", f"{ACTIONS}/workflows/{{workflow}}/disable")
def switch(call: Call) -> Result:
    """Switch a workflow on or off."""
    _, one = _workflow(call, "write")
    one.state = "active" if call.path.endswith("/enable") else "disabled_manually"
    one.updated_at = call.world.now()
    return Answer(status=204)


@endpoint("POST", f"{ACTIONS}/workflows/{{workflow}}/dispatches", content=True)
def dispatch(call: Call) -> Result:
    """Start a workflow by hand; it must listen to `workflow_dispatch`."""
    repository, one = _workflow(call, "write")
    ref = call.text("ref")
    branch = ref.removeprefix(HEADS)
    if HEADS + branch not in repository.refs:
        raise unprocessable(f"No ref found for: {ref}")
    if one.state != "active":
        raise unprocessable("Cannot trigger a 'workflow_dispatch' on a disabled workflow")
    head = repository.refs[HEADS + branch]
    entry = repository.objects.at(head, one.path)
    text = b"" if entry is None else repository.objects.blob(entry.oid)
    if b"workflow_dispatch" not in text:
        raise unprocessable("Workflow does not have 'workflow_dispatch' trigger")
    run = acts.start_run(
        call.world,
        repository,
        one,
        event="workflow_dispatch",
        head=head,
        branch=branch,
        actor=call.actor,
        title=one.name,
    )
    if call.data.get("return_run_details"):
        body = bodies.run(call.urls, repository, run)
        told = {"workflow_run_id": run.id, "run_url": body["url"], "html_url": body["html_url"]}
        return Answer(told, 200)
    return Answer(status=204)


def _listed(call: Call, repository: Hosted, found: list[ActionsRun]) -> Result:
    """One page of runs, newest first, filtered as asked."""
    filtered = False
    for name, holds in RUNS_OF.items():
        wanted = call.query.get(name)
        if wanted:
            filtered = True
            found = [each for each in found if holds(each, wanted)]
    created = call.query.get("created")
    if created:
        filtered = True
        found = [each for each in found if _within(each, created)]
    newest = sorted(found, key=lambda each: (each.created_at, each.id), reverse=True)
    if filtered:
        newest = newest[:MOST_FOUND]
    pulls = call.query.get("exclude_pull_requests") != "true"
    page = call.paged(newest, lambda each: bodies.run(call.urls, repository, each, pulls=pulls))
    return {"total_count": len(newest), "workflow_runs": page}


def _within(run: ActionsRun, span: str) -> bool:
    """Whether a run was created in a span: `>=T`, `<T`, `T..T`, a day."""
    at = run.created_at
    first, dots, last = span.partition("..")
    if dots:
        begin, end = instant(first.strip("*")), instant(last.strip("*"))
        return (begin is None or at >= begin) and (end is None or at <= end)
    for sign in (">=", "<=", ">", "<"):
        if span.startswith(sign):
            limit = instant(span.removeprefix(sign))
            if limit is None:
                return True
            holds = {">=": at >= limit, "<=": at <= limit, ">": at > limit, "<": at < limit}
            return holds[sign]
    return stamp(at).startswith(span)


@endpoint("GET", f"{ACTIONS}/runs")
def runs(call: Call) -> Result:
    """The runs of a repository."""
    repository = call.repository("actions")
    return _listed(call, repository, list(repository.runs.values()))


@endpoint("GET", f"{ACTIONS}/workflows/{{workflow}}/runs")
def runs_of_workflow(call: Call) -> Result:
    """The runs of one workflow."""
    repository, one = _workflow(call)
    found = [each for each in repository.runs.values() if each.workflow is one]
    return _listed(call, repository, found)


def _run(call: Call, access: Access = "read") -> tuple[Hosted, ActionsRun]:
    repository = call.repository("actions", access)
    found = repository.runs.get(call.integer("run"))
    if found is None:
        raise not_found()
    return repository, found


@endpoint("GET", RUN)
def run(call: Call) -> Result:
    """One run, as it is at its newest attempt."""
    return bodies.run(call.urls, *_run(call))


def _attempt(call: Call) -> tuple[Hosted, ActionsRun, Attempt]:
    repository, one = _run(call)
    number = call.integer("attempt")
    found = next((each for each in one.attempts if each.number == number), None)
    if found is None:
        raise not_found()
    return repository, one, found


@endpoint("GET", f"{RUN}/attempts/{{attempt}}")
def attempt(call: Call) -> Result:
    """One run, as it was at an attempt."""
    return bodies.run(call.urls, *_attempt(call))


def _jobs(call: Call, repository: Hosted, one: ActionsRun, tried: list[Attempt]) -> Result:
    found = [(each, job) for each in tried for job in each.jobs]
    page = call.paged(found, lambda each: bodies.job(call.urls, repository, one, each[0], each[1]))
    return {"total_count": len(found), "jobs": page}


@endpoint("GET", f"{RUN}/attempts/{{attempt}}/jobs")
def jobs_of_attempt(call: Call) -> Result:
    """The jobs of an attempt."""
    repository, one, tried = _attempt(call)
    return _jobs(call, repository, one, [tried])


@endpoint("GET", f"{RUN}/jobs")
def jobs(call: Call) -> Result:
    """The jobs of the newest attempt, or of all of them."""
    repository, one = _run(call)
    every = call.query.get("filter") == "all"
    return _jobs(call, repository, one, one.attempts if every else [one.newest])


@endpoint("POST", f"{RUN}/rerun", content=True)
@endpoint("POST", f"{RUN}/rerun-failed-jobs", content=True)
def rerun(call: Call) -> Result:
    """Try a run again, or only what failed in it."""
    repository, one = _run(call, "write")
    failed_only = call.path.endswith("/rerun-failed-jobs")
    acts.rerun(call.world, repository, one, call.actor, failed_only=failed_only)
    return Answer({}, 201)


@endpoint("POST", f"{RUN}/cancel")
@endpoint("POST", f"{RUN}/force-cancel")
def cancel(call: Call) -> Result:
    """Stop a run."""
    repository, one = _run(call, "write")
    acts.cancel_run(call.world, repository, one)
    return Answer({}, 202)


@endpoint("DELETE", RUN)
def delete(call: Call) -> Result:
    """Delete a run that has ended."""
    repository, one = _run(call, "write")
    if one.newest.status != "completed":
        raise forbidden("Could not delete the workflow run")
    del repository.runs[one.id]
    return Answer(status=204)


@endpoint("GET", f"{RUN}/timing")
def timing(call: Call) -> Result:
    """How long a run took."""
    _, one = _run(call)
    tried = one.newest
    spent = int((tried.updated_at - tried.started_at).total_seconds() * 1000)
    return {"billable": {}, "run_duration_ms": spent}


def _job(call: Call) -> tuple[Hosted, ActionsRun, Attempt, Job]:
    repository = call.repository("actions")
    number = call.integer("job")
    for one in repository.runs.values():
        for tried in one.attempts:
            for each in tried.jobs:
                if each.id == number:
                    return repository, one, tried, each
    raise not_found()


@endpoint("GET", f"{ACTIONS}/jobs/{{job}}")
def job(call: Call) -> Result:
    """One job with its steps."""
    return bodies.job(call.urls, *_job(call))


@endpoint("GET", f"{ACTIONS}/jobs/{{job}}/logs")
def logs(call: Call) -> Result:
    """Where the log of a job is, as text; the address needs no token and is good for a minute."""
    repository, _, _, each = _job(call)
    if each.status != "completed":
        raise not_found()
    at = f"{call.urls.root}/_logs/{repository.id}/{each.id}"
    return Answer("", 302, {"location": f"{at}?sig={_mark(call, each)}"})


def _mark(call: Call, each: Job) -> str:
    return f"{call.world.seed:x}{each.id:x}"


@endpoint("GET", "/_logs/{repository_id}/{job}")
def log(call: Call) -> Result:
    """The log itself: a line a line, each with the time at which it was printed."""
    repository = call.world.repositories.get(call.integer("repository_id"))
    number = call.integer("job")
    runs = [] if repository is None else list(repository.runs.values())
    found = (each for one in runs for tried in one.attempts for each in tried.jobs)
    each = next((each for each in found if each.id == number), None)
    if each is None or call.query.get("sig") != _mark(call, each):
        raise Refusal(404, "The specified blob does not exist.")
    return log_text(each)


def log_text(each: Job) -> str:
    """The log of a job as GitHub keeps it: the steps' output, every line with its time."""
    lines: list[str] = []
    for step in each.steps:
        if step.conclusion == "skipped":
            continue
        at = stamp(step.started_at or each.created_at).removesuffix("Z") + ".0000000Z"
        lines += [f"{at} ##[group]{step.name}", f"{at} ##[endgroup]"]
        lines += [f"{at} {line}" for line in step.log.splitlines()]
        if step.conclusion in acts.BAD:
            lines.append(f"{at} ##[error]Process completed with exit code 1.")
    return "\ufeff" + "".join(f"{line}\n" for line in lines)


@endpoint("POST", f"{REPOSITORY}/dispatches", content=True)
def repository_dispatch(call: Call) -> Result:
    """Tell workflows of something that happened elsewhere."""
    repository = call.repository("contents", "write")
    kind = call.text("event_type")
    payload: Json = call.data.get("client_payload") or {}
    branch = repository.default_branch
    details: Json = {"branch": branch, "client_payload": payload, "action": kind}
    call.world.emit("repository_dispatch", kind, repository, lambda _: details, actor=call.actor)
    return Answer(status=204)


@endpoint("GET", f"{ACTIONS}/permissions")
def permissions(call: Call) -> Result:
    """Whether Actions are on, and which."""
    call.repository("administration")
    return {"enabled": True, "allowed_actions": "all", "sha_pinning_required": False}


@endpoint("GET", f"{RUN}/artifacts")
def artifacts(call: Call) -> Result:
    """What a run left behind: the double keeps nothing."""
    _run(call)
    return {"total_count": 0, "artifacts": []}
