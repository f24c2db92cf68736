"""What was checked on a commit: suites, check runs, statuses, and the one state they roll up to."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from opsroom.demo.github.bodies.checks import reporter
from opsroom.demo.github.graphql.asked import Arguments, Asked, Fields, Within
from opsroom.demo.github.graphql.pages import Page, page
from opsroom.demo.github.state.actions import ActionsRun, ActionsWorkflow
from opsroom.demo.github.state.checks import CheckRun, CheckSuite, CommitStatus
from opsroom.demo.github.state.repository import HEADS, Hosted
from opsroom.demo.github.urls import Json

GOOD = frozenset({"success", "neutral", "skipped"})


@dataclass(frozen=True, slots=True)
class Rollup:
    """Everything that reported on one commit."""

    repository: Hosted
    commit: str
    runs: Sequence[CheckRun]
    statuses: Sequence[CommitStatus]

    @property
    def state(self) -> str:
        """The worst of all: one failure is more than anything pending."""
        found = {_verdict(run) for run in self.runs}
        found |= {status.state.upper() for status in self.statuses}
        return next((each for each in ("FAILURE", "ERROR", "PENDING") if each in found), "SUCCESS")


@dataclass(frozen=True, slots=True)
class Statuses:
    """The newest status of each context of one commit."""

    repository: Hosted
    commit: str
    newest: Sequence[CommitStatus]


def _verdict(run: CheckRun) -> str:
    if run.status != "completed":
        return "PENDING"
    return "SUCCESS" if run.conclusion in GOOD else "FAILURE"


def rollup(repository: Hosted, commit: str) -> Rollup | None:
    """Return what a commit's checks come to; None when nothing reported."""
    runs = [run for suite in repository.checks(commit) for run in suite.runs]
    newest = _newest(repository, commit)
    return Rollup(repository, commit, runs, newest) if runs or newest else None


def statuses(repository: Hosted, commit: str) -> Statuses | None:
    """Return the statuses of a commit; None when it has none."""
    newest = _newest(repository, commit)
    return Statuses(repository, commit, newest) if newest else None


def _newest(repository: Hosted, commit: str) -> list[CommitStatus]:
    return list({each.context: each for each in repository.statuses.get(commit, ())}.values())


STATUS = Fields[Statuses](
    {
        "id": lambda one: f"S_{one.repository.id}:{one.commit}",
        "state": lambda one: Rollup(one.repository, one.commit, (), one.newest).state,
        "contexts": lambda one: [Within(one.repository, each) for each in one.newest],
    }
)

ROLLUP = Fields[Rollup](
    {
        "id": lambda one: f"SCR_{one.repository.id}:{one.commit}",
        "state": lambda one: one.state,
    },
    {"contexts": lambda one, _, arguments: _contexts(one, arguments)},
)


@dataclass(frozen=True, slots=True)
class Contexts:
    """A page of what reported, and the counts of all of it."""

    rollup: Rollup
    page: Page


def _contexts(one: Rollup, arguments: Arguments) -> Contexts:
    everything = (*one.runs, *one.statuses)
    return Contexts(one, page(everything, arguments, lambda each: Within(one.repository, each)))


def _counts(states: Sequence[str]) -> list[tuple[str, int]]:
    return sorted(Counter(states).items())


def _run_state(run: CheckRun) -> str:
    return (run.conclusion or run.status).upper()


CONTEXTS = Fields[Contexts](
    {
        "nodes": lambda one: one.page.nodes,
        "pageInfo": lambda one: one.page,
        "totalCount": lambda one: one.page.total(),
        "checkRunCount": lambda one: len(one.rollup.runs),
        "checkRunCountsByState": lambda one: _counts([*map(_run_state, one.rollup.runs)]),
        "statusContextCount": lambda one: len(one.rollup.statuses),
        "statusContextCountsByState": lambda one: _counts(
            [each.state.upper() for each in one.rollup.statuses]
        ),
    }
)
STATE_COUNT = Fields[tuple[str, int]](
    {"state": lambda pair: pair[0], "count": lambda pair: pair[1]}
)

STATUS_CONTEXT = Fields[Within[CommitStatus]](
    {
        "id": lambda one: one.it.node_id,
        "context": lambda one: one.it.context,
        "state": lambda one: one.it.state.upper(),
        "description": lambda one: one.it.description,
        "targetUrl": lambda one: one.it.target_url,
        "createdAt": lambda one: one.it.created_at,
    }
)


def _address(one: Within[CheckRun], asked: Asked, _: Arguments) -> str:
    return f"{asked.urls.page(one.repository.full_name)}/runs/{one.it.id}"


CHECK_RUN = Fields[Within[CheckRun]](
    {
        "id": lambda one: one.it.node_id,
        "databaseId": lambda one: one.it.id,
        "name": lambda one: one.it.name,
        "status": lambda one: one.it.status.upper(),
        "conclusion": lambda one: one.it.conclusion and one.it.conclusion.upper(),
        "startedAt": lambda one: one.it.started_at,
        "completedAt": lambda one: one.it.completed_at,
        "title": lambda one: one.it.title,
        "summary": lambda one: one.it.summary,
    },
    {
        "url": _address,
        "detailsUrl": lambda one, asked, _: one.it.details_url or _address(one, asked, {}),
    },
)


def _branch(one: Within[CheckSuite]) -> Within[tuple[str, str]] | None:
    name = f"{HEADS}{one.it.branch}"
    oid = one.repository.refs.get(name)
    return None if oid is None else Within(one.repository, (name, oid))


def _run(one: Within[CheckSuite]) -> Within[ActionsRun] | None:
    run = None if one.it.run is None else one.repository.runs.get(one.it.run)
    return None if run is None else Within(one.repository, run)


def _suite_url(one: Within[CheckSuite], asked: Asked, _: Arguments) -> str:
    at = f"{asked.urls.page(one.repository.full_name)}/commit/{one.it.head}"
    return f"{at}/checks?check_suite_id={one.it.id}"


SUITE = Fields[Within[CheckSuite]](
    {
        "id": lambda one: one.it.node_id,
        "databaseId": lambda one: one.it.id,
        "status": lambda one: one.it.status.upper(),
        "conclusion": lambda one: one.it.conclusion and one.it.conclusion.upper(),
        "createdAt": lambda one: one.it.created_at,
        "updatedAt": lambda one: one.it.updated_at,
        "branch": _branch,
        "commit": lambda one: Within(one.repository, one.repository.objects.commit(one.it.head)),
        "workflowRun": _run,
    },
    {
        "url": _suite_url,
        "app": lambda one, asked, _: reporter(asked.urls, one.it.app),
        "checkRuns": lambda one, _, arguments: page(
            one.it.runs, arguments, lambda run: Within(one.repository, run)
        ),
    },
)

APP = Fields[Json](
    {
        "id": lambda app: app["node_id"],
        "databaseId": lambda app: app["id"],
        "name": lambda app: app["name"],
        "slug": lambda app: app["slug"],
    }
)

WORKFLOW_RUN = Fields[Within[ActionsRun]](
    {
        "id": lambda one: one.it.node_id,
        "databaseId": lambda one: one.it.id,
        "runNumber": lambda one: one.it.number,
        "event": lambda one: one.it.event,
        "createdAt": lambda one: one.it.created_at,
        "updatedAt": lambda one: one.it.newest.updated_at,
        "workflow": lambda one: Within(one.repository, one.it.workflow),
        "file": lambda one: one,
    },
    {
        "url": lambda one, asked, _: (
            f"{asked.urls.page(one.repository.full_name)}/actions/runs/{one.it.id}"
        ),
    },
)
WORKFLOW_FILE = Fields[Within[ActionsRun]](
    {
        "id": lambda one: f"WFRF_{one.it.id}",
        "path": lambda one: one.it.workflow.path,
    }
)
WORKFLOW = Fields[Within[ActionsWorkflow]](
    {
        "id": lambda one: one.it.node_id,
        "databaseId": lambda one: one.it.id,
        "name": lambda one: one.it.name,
        "state": lambda one: one.it.state.upper(),
    }
)
