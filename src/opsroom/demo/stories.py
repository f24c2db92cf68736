"""What happens to people: each story is a few steps, with pauses in which others live, too.

A step is done under the world's lock, at the moment that the world has then.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from opsroom.demo.advisories import FLAWS
from opsroom.demo.catalogue import WORKFLOWS, Kind, Plot, of_the_house
from opsroom.demo.ci.breaks import break_of
from opsroom.demo.ci.course import UNKNOWN_PATCH
from opsroom.demo.contents.workflows import reusable
from opsroom.demo.dependabot import Dependabot
from opsroom.demo.github.acts.issues import edit_issue, open_issue
from opsroom.demo.github.acts.protection import unprotect
from opsroom.demo.github.acts.pulls import merge_pull, open_pull
from opsroom.demo.github.acts.pushes import commit_files, move_ref
from opsroom.demo.github.acts.runs import rerun
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.repository import HEADS, Hosted
from opsroom.demo.planting import PlantedFaults, shared_workflow
from opsroom.demo.settle import protect_main
from opsroom.demo.town import Town

IDEAS = (
    "Shorten the timeout",
    "Give the volume a name",
    "Say where the backups are",
    "Raise the memory limit",
    "Retry once",
    "Remove what nobody uses",
    "Fix the name of the host",
    "Log less at night",
)


class Beat(NamedTuple):
    """One thing that happened, and the seconds until the story goes on."""

    said: str
    pause: float


Story = Iterator[Beat]


@dataclass(frozen=True, slots=True)
class Stage:
    """What a story plays with."""

    town: Town
    dependabot: Dependabot
    faults: PlantedFaults
    chance: random.Random
    busy: set[int]
    """Repositories that some story is about."""
    mine: set[int] = field(default_factory=set[int])
    """Those of this one."""

    def choose(self, *, among: Callable[[Plot, Hosted], bool]) -> Hosted | None:
        """Take a repository of the first 24 that no story is about; None when there is none."""
        town = self.town
        free = [
            repository
            for plot in of_the_house().values()
            if plot.slug in town.ids
            and (repository := town.hosted(plot)) is not None
            and repository.id not in self.busy
            and not repository.archived
            and repository.head is not None
            and among(plot, repository)
        ]
        return self.take(self.chance.choice(free)) if free else None

    def take(self, repository: Hosted) -> Hosted:
        """Let this story be about a repository, until it ends."""
        self.busy.add(repository.id)
        self.mine.add(repository.id)
        return repository

    def plot(self, repository: Hosted) -> Plot:
        """What the catalogue says of it."""
        return self.town.plots[repository.id]

    def push(self, repository: Hosted, path: str, text: str, said: str, who: Account) -> None:
        """Commit one file on the default branch."""
        branch = repository.default_branch
        commit_files(self.town.world, repository, branch, {path: text}, said, who)

    def text(self, repository: Hosted, path: str) -> str:
        """A file of the default branch."""
        return self.town.text(repository, repository.head, path)

    def idea(self, repository: Hosted, who: Account) -> str:
        """Push an idea, and say which."""
        said = self.chance.choice(IDEAS)
        text = f"{self.text(repository, 'ideas.md')}{said}\n"
        self.push(repository, "ideas.md", text, said, who)
        return f"{repository.full_name}: {who.login} pushes: {said}"


def _whole(plot: Plot, repository: Hosted) -> bool:
    return plot.kind is not Kind.WORKFLOWS


def an_idea(stage: Stage) -> Story:
    """Somebody pushes something small."""
    found = stage.choose(among=_whole)
    if found:
        yield Beat(stage.idea(found, stage.town.sam), 0)


def broken_and_mended(stage: Stage) -> Story:
    """A commit breaks the build, and a minute later another one mends it."""
    found = stage.choose(among=lambda plot, each: _breakable(stage, plot, each))
    if found is None:
        return
    how = break_of(stage.plot(found))
    if how:
        path = how.file(stage.plot(found))
        stage.faults.plant("ci-broken", found.full_name)
        yield Beat(f"{found.full_name}: sam breaks the build: {how.message}", 55)
        text = stage.text(found, path).replace(how.bad, how.good)
        stage.push(found, path, text, how.mended, stage.town.kim)
        yield Beat(f"{found.full_name}: kim mends the build: {how.mended}", 30)


def _breakable(stage: Stage, plot: Plot, repository: Hosted) -> bool:
    how = break_of(plot)
    builds = any(each.path.endswith("/ci.yml") for each in repository.workflows.values())
    return how is not None and builds and how.good in stage.text(repository, how.file(plot))


def shared_workflow_broken(stage: Stage) -> Story:
    """A change of a shared workflow breaks who calls it; it is taken back, and all tried again.

    It takes a push in each of the users until they notice.
    """
    town = stage.town
    shared = stage.choose(among=lambda plot, _: plot.slug == WORKFLOWS)
    if shared is None:
        return
    path = shared_workflow(Kind.PYTHON)
    before = stage.text(shared, path)
    if f".{UNKNOWN_PATCH}\n" in before:
        before = reusable(Kind.PYTHON, 1)
    stage.faults.plant("shared-workflow-broken", shared.full_name)
    yield Beat(f"{shared.full_name}: sam wants the newest uv everywhere", 5)
    users: list[Hosted] = []
    for _ in range(3):
        user = stage.choose(among=lambda plot, _: plot.kind is Kind.PYTHON)
        if user:
            users.append(user)
            yield Beat(stage.idea(user, town.kim), 4)
    yield Beat("three builds fail for one reason", 55)
    stage.push(shared, path, before, "Go back to a uv that exists", town.kim)
    yield Beat(f"{shared.full_name}: kim goes back to a uv that exists", 25)
    for user in users:
        yield Beat(f"{user.full_name}: kim tries again ({_again(stage, user)})", 3)


def _again(stage: Stage, repository: Hosted) -> int:
    """Try the failed builds of the head again, and return how many there were."""
    failed = [run for run in repository.runs.values()
              if run.head == repository.head and run.newest.conclusion == "failure"]  # fmt: skip
    for run in failed:
        rerun(stage.town.world, repository, run, stage.town.kim, failed_only=True)
    return len(failed)


def flake_tried_again(stage: Stage) -> Story:
    """A build that failed for nothing is tried again until it passes, three times at most."""
    found = stage.choose(among=lambda _, each: each.id in stage.town.flaky)
    if found is None:
        return
    yield Beat(stage.idea(found, stage.town.kim), 40)
    for _ in range(3):
        count = _again(stage, found)
        if count:
            yield Beat(f"{found.full_name}: kim tries again ({count})", 40)


def proposed_and_merged(stage: Stage) -> Story:
    """Sam opens a pull request; it is built, and Kim merges it."""
    town, world = stage.town, stage.town.world
    found = stage.choose(among=_whole)
    if found is None:
        return
    said = stage.chance.choice(IDEAS)
    branch = said.lower().replace(" ", "-")
    if branch not in found.branches():
        text = f"{stage.text(found, 'ideas.md')}{said}\n"
        commit_files(world, found, branch, {"ideas.md": text}, said, town.sam)
        pull = open_pull(world, found, branch, found.default_branch, said, None, town.sam)
        yield Beat(f"{found.full_name}: sam opens #{pull.number}: {said}", 50)
        if pull.open:
            merge_pull(world, found, pull, town.kim, method="squash")
            move_ref(world, found, HEADS + branch, None, town.kim)
            yield Beat(f"{found.full_name}: kim merges #{pull.number}", 5)


def advisory_and_update(stage: Stage) -> Story:
    """A flaw becomes known; alerts open where it is locked, and one of them is mended by a bot."""
    town, world = stage.town, stage.town.world
    latent = [
        flaw
        for flaw in FLAWS
        if flaw.latent and flaw.ghsa in town.exposed and flaw.ghsa not in town.published
    ]
    if not latent:
        return
    flaw = stage.chance.choice(latent)
    found = stage.dependabot.publish(flaw)
    yield Beat(f"{flaw.cve} becomes known: {flaw.package} in {len(found)} repositories", 25)
    free = [each for each in found if each.id not in stage.busy]
    for repository in map(stage.take, free[:2]):
        pull = stage.dependabot.propose(repository, flaw)
        if pull:
            yield Beat(f"{repository.full_name}: #{pull.number} {pull.issue.title}", 45)
            if pull.open:
                merge_pull(world, repository, pull, town.kim, method="squash")
                move_ref(world, repository, HEADS + pull.head_ref, None, town.kim)
                yield Beat(f"{repository.full_name}: kim merges #{pull.number}", 5)


def protection_lost_and_found(stage: Stage) -> Story:
    """Somebody takes the protection of a branch away, for one thing, and forgets it a while."""
    found = stage.choose(among=lambda plot, each: bool(each.protections))
    if found is None:
        return
    for pattern in list(found.protections):
        unprotect(stage.town.world, found, pattern, stage.town.kim)
    yield Beat(f"{found.full_name}: kim takes the protection away", 70)
    protect_main(stage.town, found)
    yield Beat(f"{found.full_name}: kim protects main again", 5)


def complaint(stage: Stage) -> Story:
    """An issue is opened, and some time later it is closed."""
    town = stage.town
    found = stage.choose(among=_whole)
    if found is None:
        return
    title = "It is slow since yesterday"
    issue = open_issue(town.world, found, title, None, town.sam)
    yield Beat(f"{found.full_name}: sam opens #{issue.number}: {title}", 90)
    if issue.state == "open" and not found.archived:
        edit_issue(town.world, found, issue, town.kim, state="closed", reason="completed")
        yield Beat(f"{found.full_name}: kim closes #{issue.number}", 0)
