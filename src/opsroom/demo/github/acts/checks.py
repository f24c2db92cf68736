"""Checks and statuses are reported on commits."""

from opsroom.demo.github.bodies.checks import check_run, check_suite, status
from opsroom.demo.github.bodies.git import commit as commit_body
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.actions import RunConclusion, RunStatus
from opsroom.demo.github.state.checks import CheckRun, CheckSuite, CommitStatus, StatusState
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.urls import Json, Urls
from opsroom.demo.github.world import World


def new_suite(
    world: World, repository: Hosted, head: str, branch: str | None, app: str
) -> CheckSuite:
    """Begin a check suite on a commit."""
    with world.lock:
        now = world.now()
        number, node = world.identify("CS")
        suite = CheckSuite(number, node, head, branch, app, now, now)
        repository.suites.setdefault(head, []).append(suite)
        return suite


def add_check(world: World, suite: CheckSuite, name: str) -> CheckRun:
    """Add a check run to a suite; one of the same name is replaced by it."""
    number, node = world.identify("CR")
    one = CheckRun(number, node, name, suite.head, suite.app, started_at=world.now())
    suite.runs = [each for each in suite.runs if each.name != name]
    suite.runs.append(one)
    return one


def report_check(
    world: World,
    repository: Hosted,
    head: str,
    name: str,
    app: str,
    actor: Account,
    *,
    status: RunStatus = "queued",
    conclusion: RunConclusion | None = None,
    title: str | None = None,
    summary: str | None = None,
) -> CheckRun:
    """Report a check of an App that is not Actions, new or again."""
    with world.lock:
        suite = next((each for each in repository.checks(head) if each.app == app), None)
        if suite is None:
            branches = repository.branches().items()
            branch = next((name for name, oid in branches if oid == head), None)
            suite = new_suite(world, repository, head, branch, app)
        one = add_check(world, suite, name)
        one.title, one.summary = title, summary
        set_check(world, repository, suite, one, status, conclusion, actor)
        return one


def set_check(
    world: World,
    repository: Hosted,
    suite: CheckSuite,
    one: CheckRun,
    status: RunStatus,
    conclusion: RunConclusion | None,
    actor: Account,
) -> None:
    """Let a check run begin or end, and its suite with it."""
    with world.lock:
        now = world.now()
        created = one.status == "queued" and status != "completed"
        one.status, one.conclusion = status, conclusion
        if status != "queued" and one.started_at is None:
            one.started_at = now
        one.completed_at = now if status == "completed" else None
        tell_check(world, repository, suite, one, "created" if created else "completed", actor)
        settle_suite(world, repository, suite, actor)


def tell_check(
    world: World,
    repository: Hosted,
    suite: CheckSuite,
    one: CheckRun,
    action: str,
    actor: Account,
) -> None:
    """Emit `check_run`."""

    def details(urls: Urls) -> Json:
        body = check_run(urls, repository, suite, one)
        return {"check_run": {**body, "check_suite": check_suite(urls, repository, suite)}}

    world.emit("check_run", action, repository, details, actor=actor)


WORST: tuple[RunConclusion, ...] = (
    "startup_failure",
    "failure",
    "timed_out",
    "action_required",
    "cancelled",
    "stale",
    "neutral",
    "success",
    "skipped",
)
"""Which conclusion of several is that of the whole, the first of these that occurs."""


def worst(conclusions: list[RunConclusion | None]) -> RunConclusion:
    """The conclusion of a whole from those of its parts."""
    for each in WORST:
        if each in conclusions:
            return each
    return "success"


def settle_suite(world: World, repository: Hosted, suite: CheckSuite, actor: Account) -> None:
    """Let a suite be what its check runs make it."""
    now = world.now()
    was = suite.status
    states = {each.status for each in suite.runs}
    if states == {"completed"}:
        suite.status = "completed"
        suite.conclusion = worst([each.conclusion for each in suite.runs])
    else:
        suite.status = "queued" if states <= {"queued"} else "in_progress"
        suite.conclusion = None
    suite.updated_at = now
    repository.updated_at = now
    if suite.status == "completed" and was != "completed":
        world.emit(
            "check_suite",
            "completed",
            repository,
            lambda urls: {"check_suite": check_suite(urls, repository, suite)},
            actor=actor,
        )


def set_status(
    world: World,
    repository: Hosted,
    commit: str,
    state: StatusState,
    context: str,
    actor: Account,
    *,
    description: str | None = None,
    target_url: str | None = None,
) -> CommitStatus:
    """Report a commit status."""
    with world.lock:
        now = world.now()
        number, node = world.identify("SC")
        one = CommitStatus(number, node, state, context, description, target_url, actor, now, now)
        repository.statuses.setdefault(commit, []).append(one)

        def details(urls: Urls) -> Json:
            at = urls.repository(repository.full_name)
            made = repository.objects.commit(commit)
            shown = status(urls, repository, commit, one)
            kept = ("id", "avatar_url", "target_url", "context", "description", "state")
            return {
                **{name: shown[name] for name in (*kept, "created_at", "updated_at")},
                "sha": commit,
                "name": repository.full_name,
                "commit": commit_body(urls, repository, made, lambda _: actor),
                "branches": [
                    {
                        "name": name,
                        "commit": {"sha": oid, "url": f"{at}/commits/{oid}"},
                        "protected": False,
                    }
                    for name, oid in repository.branches().items()
                    if oid == commit
                ],
            }

        world.emit("status", None, repository, details, actor=actor)
        return one
