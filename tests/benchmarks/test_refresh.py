"""The health facts of a whole fleet from its host: ours, a careful loop, and tools a repository."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest
from tests.benchmarks.bench import Bench
from tests.benchmarks.doubles import QUICK, REAL, Double, double
from tests.benchmarks.measure import Figure, Table, shown

from opsroom.clients.github.address import HostAddress
from opsroom.clients.github.budget import Ledger
from opsroom.clients.github.client import GithubHost
from opsroom.clients.github.credentials import PersonalToken
from opsroom.clients.host import Priority, Swept
from opsroom.model.host import Remote

OURS, LOOP, TOOLS = "opsroom", "a careful PyGithub loop", "the tools of GitHub's own MCP server"
FIRST, AGAIN = "opsroom, the first time", "opsroom, when one in twenty moved"
PAGE = 100

CALLS = (
    "get_file_contents of the root",
    "get_file_contents of .github",
    "get_file_contents of .github/workflows",
    "list_commits",
    "get_commit_status by actions_list",
    "list_pull_requests",
    "list_issues",
    "get_latest_release",
    "list_branches",
)
"""What those tools need to be called for, for each repository, to tell the same facts.

None of them answers for more than one repository. Alerts are counted apart, and protection and
rulesets have no tool at all. Searching and listing repositories is one call a page more.
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one side asked of the host, and how long it took. Seconds."""

    rest: int
    graphql: int
    points: int
    wall: float

    @property
    def requests(self) -> int:
        return self.rest + self.graphql


def measured(one: Double, do: Callable[[], int], count: int) -> Asked:
    """Let a side tell the facts of all, and count what it asked."""
    one.post("/stats/reset")
    begun = time.perf_counter()
    assert do() == count
    wall = time.perf_counter() - begun
    stats = one.stats()
    return Asked(stats["rest"], stats["graphql"], stats["graphql_points"], wall)


async def _look(one: Double, known: Mapping[str, dict[str, Swept]], moved: float) -> int:
    """Sweep each owner, and look at what is not known or moved; how many are vouched for."""
    credential = PersonalToken(one.token)
    told = 0
    address = HostAddress.of(one.github)
    async with GithubHost(
        address, credential, ledger=Ledger(address.name, credential.account)
    ) as host:
        for owner in one.owners:
            swept = await host.sweep(owner, known[owner], whole=True, priority=Priority.ASKED)
            ids = [each.id for each in swept.repositories]
            asked = ids if not known[owner] else ids[: round(len(ids) * moved)]
            looks = await host.look(asked, priority=Priority.ASKED) if asked else None
            failed = looks.failed if looks else {}
            assert not failed, failed
            assert looks is None or all(isinstance(x.remote, Remote) for x in looks.looks.values())
            known[owner].update((each.id, each) for each in swept.repositories)
            told += len(ids)
    return told


def ours(one: Double, known: Mapping[str, dict[str, Swept]], moved: float) -> int:
    """Our client, from nothing or after a first round."""
    return anyio.run(_look, one, known, moved)


def careful(one: Double, count: int) -> int:
    """The same facts of `count` repositories by PyGithub, without a needless call."""
    from github import Auth, Github, GithubException

    github = Github(
        base_url=one.github,
        auth=Auth.Token(one.token),
        per_page=PAGE,
        seconds_between_requests=0,
        seconds_between_writes=0,
    )
    told = 0
    for owner in one.owners:
        for repository in github.get_user(owner).get_repos():
            if told == count:
                break
            told += 1
            if not repository.size and repository.pushed_at is None:
                continue
            try:
                head = repository.get_branch(repository.default_branch)
                _facts(repository, head)
            except GithubException as error:
                if error.status not in (403, 404, 409):
                    raise
    github.close()
    return told


def _facts(repository, head) -> None:  # type: ignore[no-untyped-def]  # PyGithub's own types
    """What a full look tells, call by call."""
    from github import GithubException

    calls = (
        lambda: repository.get_git_tree(head.commit.sha),
        lambda: repository.get_contents(".github"),
        lambda: repository.get_contents(".github/workflows"),
        lambda: repository.get_commit(head.commit.sha).get_combined_status(),
        lambda: repository.get_workflow_runs(head_sha=head.commit.sha).get_page(0),
        lambda: repository.get_pulls(state="open", sort="updated").get_page(0),
        lambda: repository.get_latest_release(),
        lambda: head.get_protection(),
        lambda: repository.requester.requestJsonAndCheck("GET", f"{repository.url}/rulesets"),
        lambda: repository.get_branches().totalCount,
    )
    for call in calls:
        try:
            call()
        except GithubException as error:
            if error.status not in (403, 404, 409):
                raise


def sampled(one: Double, count: int, sample: int) -> Asked:
    """The careful loop over a sample, for all: it takes the same for each repository."""
    part = measured(one, lambda: careful(one, sample), sample)
    factor = count / sample
    return Asked(round(part.rest * factor), part.graphql, part.points, part.wall * factor)


@pytest.mark.parametrize("which", range(3))
def test_refresh(bench: Bench, which: int) -> None:
    """24, 1,000 and 10,000 repositories; small: 24, 60 and 200."""
    count = (bench.size(24, 24), bench.size(1_000, 60), bench.size(10_000, 200))[which]
    slow = bench.full and count <= 1_000
    sample = min(count, 24 if bench.full else 6)
    with double(bench, count) as one:
        total = len(one.truth())
        one.post("/manners", REAL if slow else QUICK)
        known: dict[str, dict[str, Swept]] = {owner: {} for owner in one.owners}
        first = measured(one, lambda: ours(one, known, 1.0), total)
        again = measured(one, lambda: ours(one, known, 0.05), total)
        loop = sampled(one, total, sample)
    tools = total * len(CALLS) + -(-total // PAGE)
    sides = {FIRST: first, AGAIN: again, LOOP: loop}
    figures = [
        Figure(
            "requests of the careful loop over ours, from nothing",
            loop.requests / first.requests,
            "x",
            20.0 if total >= 1_000 else None,
            at_least=True,
        ),
        Figure(
            "requests of the careful loop over ours, after the first round",
            loop.requests / again.requests,
            "x",
            20.0,
            at_least=True,
        ),
        Figure(
            "calls of the tools over our requests, after the first round",
            tools / again.requests,
            "x",
            20.0,
            at_least=True,
        ),
    ]
    if total <= 30:
        figures.append(Figure("requests after the first round", again.requests, "requests", 3.0))
    bench.report(
        Table(
            title=f"Health facts of {total:,} repositories from their host",
            source=Path(__file__).stem,
            figures=figures,
            columns=("side", "requests", "of them GraphQL", "points", "wall"),
            sides=[
                *(
                    (
                        name,
                        f"{asked.requests:,}",
                        f"{asked.graphql:,}",
                        f"{asked.points:,}",
                        shown(asked.wall, "s"),
                    )
                    for name, asked in sides.items()
                ),
                (TOOLS, f"{tools:,} calls", "", "", "not run"),
            ],
            note=(
                f"The loop was run over {sample} repositories and multiplied. "
                + (
                    "The double took 0.1 s for a REST call and what its model says for GraphQL."
                    if slow
                    else "The double answered as quickly as it could: the wall is ours and its own."
                )
                + f" The tools are counted: {len(CALLS)} calls a repository, none answers for two."
            ),
        )
    )
