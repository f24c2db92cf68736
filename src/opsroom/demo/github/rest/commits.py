"""Commits: listed, one with its diff, two compared; statuses and checks on them."""

from itertools import islice

from opsroom.demo.github.acts.checks import report_check, set_status
from opsroom.demo.github.bodies import checks as check_bodies
from opsroom.demo.github.bodies.diffs import files_between
from opsroom.demo.github.bodies.git import commit as commit_body
from opsroom.demo.github.encoding import GitCommit
from opsroom.demo.github.history import behind, merge_base, only_in, resolve, touching
from opsroom.demo.github.refusals import invalid, not_found
from opsroom.demo.github.rest.call import REPOSITORY, Answer, Call, Endpoints, Result
from opsroom.demo.github.rest.finding import commit_named, instant, needs_commits, owner_of_email
from opsroom.demo.github.state.actions import RunConclusion, RunStatus
from opsroom.demo.github.state.checks import CheckRun, CheckSuite, StatusState
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.urls import Json, quoted

endpoint = Endpoints()

MOST_WALKED = 5_000
MOST_FILES = 300
MOST_COMPARED = 250
STATES: dict[str, StatusState] = {
    "error": "error",
    "failure": "failure",
    "pending": "pending",
    "success": "success",
}


def _shown(call: Call, repository: Hosted, made: GitCommit) -> Json:
    return commit_body(call.urls, repository, made, owner_of_email(call.world))


@endpoint("GET", f"{REPOSITORY}/commits")
def commits(call: Call) -> Result:
    """The commits behind a branch, newest first; only those that touched `path`, if it is given."""
    repository = call.repository("contents")
    needs_commits(repository)
    start = commit_named(repository, call.query.get("sha") or repository.default_branch)
    path = call.query.get("path", "").strip("/")
    objects = repository.objects
    walked = touching(objects, start, path) if path else behind(objects, start)
    since, until = instant(call.query.get("since")), instant(call.query.get("until"))
    author = call.query.get("author", "").lower()
    find = owner_of_email(call.world)

    def wanted(made: GitCommit) -> bool:
        at = made.committer.at
        if (since is not None and at < since) or (until is not None and at > until):
            return False
        if not author:
            return True
        who = find(made.author.author.email)
        return author in (made.author.author.email.lower(), who.login.lower() if who else "")

    found = [each for each in islice(walked, MOST_WALKED) if wanted(each)]
    return call.paged(found, lambda each: commit_body(call.urls, repository, each, find))


@endpoint("GET", f"{REPOSITORY}/compare/{{span:path}}")
def compare(call: Call) -> Result:
    """What lies between two commits, `base...head`."""
    repository = call.repository("contents")
    base_name, dots, head_name = call.arguments["span"].partition("...")
    if not dots:
        raise not_found()
    objects = repository.objects
    base = resolve(objects, repository.refs, base_name.rpartition(":")[2])
    head = resolve(objects, repository.refs, head_name.rpartition(":")[2])
    if base is None or head is None:
        raise not_found()
    start = merge_base(objects, base, head)
    if start is None:
        raise not_found()
    ahead, lag = only_in(objects, head, base), len(only_in(objects, base, head))
    status = "identical" if base == head else "diverged"
    if base != head and not lag:
        status = "ahead"
    elif base != head and not ahead:
        status = "behind"
    page = (
        f"{call.urls.page(repository.full_name)}/compare/{quoted(base_name)}...{quoted(head_name)}"
    )
    oldest = list(reversed(ahead))
    return {
        "url": f"{call.urls.api}{call.path}",
        "html_url": page,
        "permalink_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "base_commit": _shown(call, repository, objects.commit(base)),
        "merge_base_commit": _shown(call, repository, objects.commit(start)),
        "status": status,
        "ahead_by": len(ahead),
        "behind_by": lag,
        "total_commits": len(ahead),
        "commits": [_shown(call, repository, each) for each in oldest[:MOST_COMPARED]],
        "files": files_between(call.urls, repository, start, head)[:MOST_FILES],
    }


@endpoint("GET", f"{REPOSITORY}/commits/{{sha:path}}/status")
def status(call: Call) -> Result:
    """What the statuses of a commit say together."""
    repository = call.repository("statuses")
    oid = commit_named(repository, call.arguments["sha"])
    return check_bodies.combined(call.urls, repository, oid)


@endpoint("GET", f"{REPOSITORY}/commits/{{sha:path}}/statuses")
def statuses(call: Call) -> Result:
    """Every status of a commit, newest first."""
    repository = call.repository("statuses")
    oid = commit_named(repository, call.arguments["sha"])
    found = list(reversed(repository.statuses.get(oid, [])))
    return call.paged(found, lambda each: check_bodies.status(call.urls, repository, oid, each))


@endpoint("POST", f"{REPOSITORY}/statuses/{{sha}}", content=True)
def create_status(call: Call) -> Result:
    """Report a status."""
    repository = call.repository("statuses", "write")
    oid = commit_named(repository, call.arguments["sha"])
    state = STATES.get(call.text("state", "Status"))
    if state is None:
        raise invalid("Status", "state", "custom", "state is not included in the list")
    one = set_status(
        call.world,
        repository,
        oid,
        state,
        str(call.data.get("context") or "default"),
        call.actor,
        description=call.data.get("description"),
        target_url=call.data.get("target_url"),
    )
    return Answer(check_bodies.status(call.urls, repository, oid, one), 201)


@endpoint("GET", f"{REPOSITORY}/commits/{{sha:path}}/check-runs")
def check_runs(call: Call) -> Result:
    """The newest check run of each name on a commit."""
    repository = call.repository("checks")
    oid = commit_named(repository, call.arguments["sha"])
    found = [(suite, each) for suite in repository.checks(oid) for each in suite.runs]
    return _check_runs(call, repository, found)


def _check_runs(call: Call, repository: Hosted, found: list[tuple[CheckSuite, CheckRun]]) -> Result:
    for field in ("status", "name"):
        wanted = call.query.get("check_name" if field == "name" else field)
        if wanted:
            found = [each for each in found if getattr(each[1], field) == wanted]
    page = call.paged(found, lambda each: check_bodies.check_run(call.urls, repository, *each))
    return {"total_count": len(found), "check_runs": page}


@endpoint("GET", f"{REPOSITORY}/commits/{{sha:path}}/check-suites")
def check_suites(call: Call) -> Result:
    """The check suites of a commit."""
    repository = call.repository("checks")
    found = repository.checks(commit_named(repository, call.arguments["sha"]))
    page = call.paged(found, lambda each: check_bodies.check_suite(call.urls, repository, each))
    return {"total_count": len(found), "check_suites": page}


def _suites(repository: Hosted) -> list[CheckSuite]:
    return [each for suites in repository.suites.values() for each in suites]


@endpoint("GET", f"{REPOSITORY}/check-suites/{{suite}}")
def check_suite(call: Call) -> Result:
    """One check suite."""
    repository = call.repository("checks")
    number = call.integer("suite")
    found = next((each for each in _suites(repository) if each.id == number), None)
    if found is None:
        raise not_found()
    return check_bodies.check_suite(call.urls, repository, found)


@endpoint("GET", f"{REPOSITORY}/check-suites/{{suite}}/check-runs")
def runs_of_suite(call: Call) -> Result:
    """The check runs of a suite."""
    repository = call.repository("checks")
    number = call.integer("suite")
    suites = [each for each in _suites(repository) if each.id == number]
    if not suites:
        raise not_found()
    return _check_runs(call, repository, [(suites[0], each) for each in suites[0].runs])


@endpoint("GET", f"{REPOSITORY}/check-runs/{{check}}")
def check_run(call: Call) -> Result:
    """One check run."""
    repository = call.repository("checks")
    number = call.integer("check")
    for suite in _suites(repository):
        for each in suite.runs:
            if each.id == number:
                return check_bodies.check_run(call.urls, repository, suite, each)
    raise not_found()


@endpoint("POST", f"{REPOSITORY}/check-runs", content=True)
def create_check_run(call: Call) -> Result:
    """Report a check; only an App can."""
    repository = call.repository("checks", "write")
    token = call.identity.token
    if token is None or token.kind != "installation":
        raise not_found()
    oid = commit_named(repository, call.text("head_sha", "CheckRun"))
    output: Json = call.data.get("output") or {}
    conclusion: RunConclusion | None = call.data.get("conclusion")
    state: RunStatus = "completed" if conclusion else call.data.get("status") or "queued"
    one = report_check(
        call.world,
        repository,
        oid,
        call.text("name", "CheckRun"),
        call.actor.login,
        call.actor,
        status=state,
        conclusion=conclusion,
        title=output.get("title"),
        summary=output.get("summary"),
    )
    suite = next(each for each in repository.checks(oid) if one in each.runs)
    return Answer(check_bodies.check_run(call.urls, repository, suite, one), 201)


@endpoint("GET", f"{REPOSITORY}/commits/{{sha:path}}")
def commit(call: Call) -> Result:
    """One commit with what it changed."""
    repository = call.repository("contents")
    made = repository.objects.commit(commit_named(repository, call.arguments["sha"]))
    parent = made.parents[0] if made.parents else None
    files = files_between(call.urls, repository, parent, made.oid)
    added = sum(each["additions"] for each in files)
    deleted = sum(each["deletions"] for each in files)
    return {
        **_shown(call, repository, made),
        "stats": {"total": added + deleted, "additions": added, "deletions": deleted},
        "files": files[:MOST_FILES],
    }
