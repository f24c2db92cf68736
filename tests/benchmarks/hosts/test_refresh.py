"""The health facts of a whole fleet from its host: ours, a careful loop, and tools a repository."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import anyio
import pytest
from tests.benchmarks.bench import Bench
from tests.benchmarks.hosts.doubles import QUICK, REAL, Double, double
from tests.benchmarks.measure import Figure, Table, shown

from opsroom.clients.github.address import HostAddress
from opsroom.clients.github.budget import Ledger
from opsroom.clients.github.client import GithubHost
from opsroom.clients.github.credentials import PersonalToken
from opsroom.clients.host import Later, Priority, Swept
from opsroom.model.host import Remote

if TYPE_CHECKING:
    from github.Branch import Branch
    from github.Repository import Repository

T = TypeVar("T")
LOOP, TOOLS = "a careful PyGithub loop", "the tools of GitHub's own MCP server"
FIRST, AGAIN = "opsroom, the first time", "opsroom, when one in twenty moved"
PAGE = 100
MOVED = 0.05

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


def asked(stats: Mapping[str, int], wall: float) -> Asked:
    """What the double counted."""
    return Asked(stats["rest"], stats["graphql"], stats["graphql_points"], wall)


async def _rounds(one: Double, count: int) -> tuple[Asked, Asked]:
    """From nothing, then again when one in twenty moved, by one client."""
    credential = PersonalToken(one.token)
    address = HostAddress.of(one.github)
    known: dict[str, dict[str, Swept]] = {owner: {} for owner in one.owners}
    async with GithubHost(
        address, credential, ledger=Ledger(address.name, credential.account)
    ) as host:
        taken: list[Asked] = []
        for moved in (count, round(count * MOVED)):
            await anyio.to_thread.run_sync(one.post, "/stats/reset")
            begun = time.perf_counter()
            assert await _round(host, one.owners, known, moved) == count
            wall = time.perf_counter() - begun
            taken.append(asked(await anyio.to_thread.run_sync(one.stats), wall))
        return taken[0], taken[1]


async def _round(
    host: GithubHost, owners: Sequence[str], known: dict[str, dict[str, Swept]], moved: int
) -> int:
    """Sweep each owner and look at so many of all; how many are vouched for then."""
    for owner in owners:
        sweep = partial(host.sweep, owner, known[owner], whole=True, priority=Priority.ASKED)
        swept = await patiently(sweep)
        known[owner] = {each.id: each for each in swept.repositories}
    for ids in known.values():
        some = list(ids)[:moved]
        moved -= len(some)
        while some:
            looks = await patiently(partial(host.look, some, priority=Priority.ASKED))
            assert not looks.failed.keys() - looks.unasked, looks.failed
            assert all(isinstance(each.remote, Remote) for each in looks.looks.values())
            some = list(looks.unasked)
    return sum(map(len, known.values()))


async def patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask until our own limit of what a host is asked a minute lets it be."""
    while True:
        try:
            return await ask()
        except Later:
            await anyio.sleep(1)


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
            try:
                head = repository.get_branch(repository.default_branch)
                _facts(repository, head)
            except GithubException as error:
                if error.status not in (403, 404, 409):
                    raise
    github.close()
    return told


def _facts(repository: "Repository", head: "Branch") -> None:
    """What a full look tells, call by call."""
    from github import GithubException

    calls: tuple[Callable[[], object], ...] = (
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
    one.post("/stats/reset")
    begun = time.perf_counter()
    assert careful(one, sample) == sample
    factor = count / sample
    wall = (time.perf_counter() - begun) * factor
    return Asked(round(one.stats()["rest"] * factor), 0, 0, wall)


@pytest.mark.parametrize("which", range(3))
def test_refresh(bench: Bench, which: int) -> None:
    """24, 1,000 and 10,000 repositories; small: 24, 60 and 200."""
    count = (bench.size(24, 24), bench.size(1_000, 60), bench.size(10_000, 200))[which]
    slow = bench.full and count <= 1_000
    sample = 20 if bench.full else 6
    with double(bench, count) as one:
        total = len(one.truth())
        one.post("/manners", REAL if slow else QUICK)
        first, again = anyio.run(_rounds, one, total)
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
                        f"{each.requests:,}",
                        f"{each.graphql:,}",
                        f"{each.points:,}",
                        shown(each.wall, "s"),
                    )
                    for name, each in sides.items()
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
