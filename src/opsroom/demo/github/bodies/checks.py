"""Check suites, check runs and commit statuses."""

from opsroom.demo.github.bodies.accounts import account
from opsroom.demo.github.bodies.git import simple_commit
from opsroom.demo.github.bodies.pulls import minimal_pull
from opsroom.demo.github.bodies.repository import minimal
from opsroom.demo.github.bodies.times import maybe, stamp
from opsroom.demo.github.state.checks import CheckRun, CheckSuite, CommitStatus
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.urls import Json, Urls

BEGAN = "2018-01-01T00:00:00Z"
APPS = {"github-actions": (15368, "GitHub Actions")}
"""Ids and names of the Apps that report checks; others get one made from their slug."""


def reporter(urls: Urls, slug: str) -> Json:
    """The App that reports a check."""
    number, name = APPS.get(slug, (900000 + sum(slug.encode()), slug))
    return {
        "id": number,
        "slug": slug,
        "node_id": f"A_{number}",
        "client_id": f"Iv1.{number:016x}",
        "owner": {
            "login": "github",
            "id": 9919,
            "node_id": "O_9919",
            "avatar_url": f"{urls.root}/avatars/u/9919",
            "gravatar_id": "",
            "url": f"{urls.api}/users/github",
            "html_url": f"{urls.root}/github",
            "followers_url": f"{urls.api}/users/github/followers",
            "following_url": f"{urls.api}/users/github/following{{/other_user}}",
            "gists_url": f"{urls.api}/users/github/gists{{/gist_id}}",
            "starred_url": f"{urls.api}/users/github/starred{{/owner}}{{/repo}}",
            "subscriptions_url": f"{urls.api}/users/github/subscriptions",
            "organizations_url": f"{urls.api}/users/github/orgs",
            "repos_url": f"{urls.api}/users/github/repos",
            "events_url": f"{urls.api}/users/github/events{{/privacy}}",
            "received_events_url": f"{urls.api}/users/github/received_events",
            "type": "Organization",
            "site_admin": False,
        },
        "name": name,
        "description": name,
        "external_url": f"{urls.root}/apps/{slug}",
        "html_url": f"{urls.root}/apps/{slug}",
        "created_at": BEGAN,
        "updated_at": BEGAN,
        "permissions": {"checks": "write", "contents": "read", "metadata": "read"},
        "events": ["check_run", "check_suite"],
    }


def check_run(urls: Urls, repository: Hosted, suite: CheckSuite, one: CheckRun) -> Json:
    """A check run."""
    api, page = urls.repository(repository.full_name), urls.page(repository.full_name)
    html = f"{page}/runs/{one.id}"
    if one.job is not None and suite.run is not None:
        html = f"{page}/actions/runs/{suite.run}/job/{one.job}"
    return {
        "id": one.id,
        "name": one.name,
        "node_id": one.node_id,
        "head_sha": one.head,
        "external_id": one.external_id,
        "url": f"{api}/check-runs/{one.id}",
        "html_url": html,
        "details_url": one.details_url or html,
        "status": one.status,
        "conclusion": one.conclusion,
        "started_at": maybe(one.started_at),
        "completed_at": maybe(one.completed_at),
        "output": {
            "title": one.title,
            "summary": one.summary,
            "text": None,
            "annotations_count": 0,
            "annotations_url": f"{api}/check-runs/{one.id}/annotations",
        },
        "check_suite": {"id": suite.id},
        "app": reporter(urls, one.app),
        "pull_requests": _pulls(urls, repository, one.head),
    }


def _pulls(urls: Urls, repository: Hosted, head: str) -> list[Json]:
    return [
        minimal_pull(urls, repository, pull)
        for pull in repository.pulls.values()
        if pull.open and pull.head == head
    ]


def check_suite(urls: Urls, repository: Hosted, one: CheckSuite) -> Json:
    """A check suite."""
    api = urls.repository(repository.full_name)
    made = repository.objects.commit(one.head)
    return {
        "id": one.id,
        "node_id": one.node_id,
        "head_branch": one.branch,
        "head_sha": one.head,
        "status": one.status,
        "conclusion": one.conclusion,
        "url": f"{api}/check-suites/{one.id}",
        "before": made.parents[0] if made.parents else "0" * 40,
        "after": one.head,
        "pull_requests": _pulls(urls, repository, one.head),
        "app": reporter(urls, one.app),
        "repository": minimal(urls, repository),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "rerequestable": True,
        "runs_rerequestable": one.app != "github-actions",
        "latest_check_runs_count": len(one.runs),
        "check_runs_url": f"{api}/check-suites/{one.id}/check-runs",
        "head_commit": simple_commit(made),
    }


def status(urls: Urls, repository: Hosted, commit: str, one: CommitStatus) -> Json:
    """A commit status."""
    return {
        "url": f"{urls.repository(repository.full_name)}/statuses/{commit}",
        "avatar_url": f"{urls.root}/avatars/u/{one.creator.id}",
        "id": one.id,
        "node_id": one.node_id,
        "state": one.state,
        "description": one.description,
        "target_url": one.target_url,
        "context": one.context,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "creator": account(urls, one.creator),
    }


def combined(urls: Urls, repository: Hosted, commit: str) -> Json:
    """The newest status of each context of a commit, and what they say together."""
    newest = {each.context: each for each in repository.statuses.get(commit, [])}
    states = {each.state for each in newest.values()}
    whole = "success" if states == {"success"} else "pending"
    if states & {"error", "failure"}:
        whole = "failure"
    api = urls.repository(repository.full_name)
    return {
        "state": whole,
        "statuses": [
            {
                name: value
                for name, value in status(urls, repository, commit, each).items()
                if name != "creator"
            }
            for each in newest.values()
        ],
        "sha": commit,
        "total_count": len(newest),
        "repository": minimal(urls, repository),
        "commit_url": f"{api}/commits/{commit}",
        "url": f"{api}/commits/{commit}/status",
    }
