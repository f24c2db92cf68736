"""The fleet moves in: its repositories, people, protection, alerts and builds in the double."""

from datetime import timedelta
from typing import NamedTuple

from opsroom.demo.advisories import FLAWS
from opsroom.demo.catalogue import KIM, ORGANISATION, SAM, USER, Kind, Plot, of_the_house
from opsroom.demo.ci.builds import workflows_at
from opsroom.demo.ci.past import past_runs
from opsroom.demo.dependabot import Dependabot
from opsroom.demo.fleet import Fleet
from opsroom.demo.github.acts.alerts import raise_code, raise_secret
from opsroom.demo.github.acts.issues import open_issue
from opsroom.demo.github.acts.protection import protect
from opsroom.demo.github.acts.pulls import open_pull
from opsroom.demo.github.history import is_ancestor
from opsroom.demo.github.ids import Ids
from opsroom.demo.github.objects import Objects
from opsroom.demo.github.state.accounts import Account, Token
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.world import World
from opsroom.demo.history import Past
from opsroom.demo.town import Town

LANGUAGES = {
    Kind.PYTHON: "Python",
    Kind.NODE: "JavaScript",
    Kind.GO: "Go",
    Kind.RUST: "Rust",
    Kind.TERRAFORM: "HCL",
    Kind.HELM: "Smarty",
    Kind.IMAGES: "Dockerfile",
}
REMEMBERED = 4
"""Commits of the first 24 whose builds the host still has."""

LATER = 1_000_000
"""Ids between one time that a fleet is taken up and the next: none is used twice."""


class Settled(NamedTuple):
    """A fleet in its world, and who watches over its lockfiles."""

    town: Town
    dependabot: Dependabot


def settle(world: World, fleet: Fleet, token: str) -> Settled:
    """Put a fleet into an empty world, as it was when it began; what was pushed since, stays."""
    kim = world.add_account(USER, name=KIM.name)
    sam = world.add_account("sam", name=SAM.name)
    kim.email, sam.email = KIM.email, SAM.email
    bot = world.add_account("dependabot[bot]", "Bot")
    house = world.add_account(ORGANISATION, "Organization", "The house")
    house.members.update({USER: "admin", "sam": "member"})
    scopes = frozenset({"repo", "workflow", "read:org", "admin:repo_hook", "admin:org_hook"})
    world.add_token(Token(token, "classic", kim, scopes))
    town = Town(world, fleet, kim, sam, bot)
    dependabot, past = Dependabot(town), Past(fleet.seed, fleet.began)
    for plot in fleet.plots:
        _move_in(town, dependabot, past, plot, house if plot.owner == ORGANISATION else kim)
    for plot in fleet.plots:
        _builds(town, plot)
    _affairs(town, dependabot)
    world.emitted.clear()
    if fleet.taken_up:
        world.ids = Ids(fleet.seed + fleet.taken_up, 1001 + LATER * fleet.taken_up)
    return Settled(town, dependabot)


def _move_in(town: Town, dependabot: Dependabot, past: Past, plot: Plot, owner: Account) -> None:
    world = town.world
    number, node = world.identify("R")
    objects = Objects(town.fleet.upstream(plot), world.shelf)
    line = past.line(plot, world.shelf.put if objects.on_disk else objects.write)
    hosted = Hosted(
        number, node, owner, plot.formerly or plot.name, objects, line.at[0], line.at[-1],
        pushed_at=line.at[-1],
        description=plot.about,
        language=LANGUAGES.get(plot.kind),
        license=None if "missing-license" in plot.faults else "MIT",
        topics=(plot.kind.value, "homelab"),
        visibility="private" if "private" in plot.ills else "public",
        size=11_300 if "large-files" in plot.faults else 24 + 3 * len(line.commits),
    )  # fmt: skip
    hosted.refs.update(objects.read_refs() if objects.on_disk else line.refs)
    world.register(hosted)
    if plot.formerly:
        world.moved(hosted, owner, plot.name)
    town.move_in(plot, hosted)
    kept = REMEMBERED if plot.slug in of_the_house() else 1
    remembered = dict.fromkeys([*line.commits[-kept:], hosted.head or line.head])
    with town.at(line.at[-1] + timedelta(hours=1)):
        _protect(town, plot, hosted)
    with town.at(line.at[-1] + timedelta(hours=2)):
        _raise_alerts(dependabot, town, plot, hosted)
    town.remembered[number] = tuple(remembered)


PROPOSED = (("kim/budget", "lodash"), ("kim/doorbell", "golang.org/x/net"))
"""Repositories for which the bot proposed an update that nobody has taken yet."""
ASKED = (
    ("kim/recipe-box", "Search for what is in the fridge"),
    ("homelab/compose-home", "The hall light blinks at night"),
    ("homelab/cluster", "The third node is never used"),
)
"""Issues that are open."""


def _affairs(town: Town, dependabot: Dependabot) -> None:
    """What is under way when one begins to watch: pull requests and issues."""
    world, began = town.world, town.fleet.began
    there = {name: town.world.repositories[town.ids[name]] for name in town.ids}
    with town.at(began - timedelta(days=2)):
        for name, title in ASKED:
            if name in there:
                open_issue(world, there[name], title, None, town.sam)
        for name, package in PROPOSED:
            flaw = next(each for each in FLAWS if each.package == package)
            if name in there:
                dependabot.propose(there[name], flaw)
        if town.fleet.taken_up:
            _propose_again(town)
    for repository in there.values():
        for pull in repository.pulls.values():
            past_runs(town, repository, pull.head, pull.head_ref)


def _propose_again(town: Town) -> None:
    """Open a pull request for every branch that waits: the double has forgotten those it had."""
    for repository in town.world.repositories.values():
        proposed = {pull.head_ref for pull in repository.pulls.values()}
        for branch, head in repository.branches().items():
            main = repository.head
            if branch == repository.default_branch or branch in proposed or main is None:
                continue
            if not repository.archived and not is_ancestor(repository.objects, head, main):
                made = repository.objects.commit(head)
                author = town.sam if made.author.author == SAM else town.bot
                open_pull(
                    town.world, repository, branch, repository.default_branch,
                    made.headline, None, author,
                )  # fmt: skip


def _builds(town: Town, plot: Plot) -> None:
    hosted = town.hosted(plot)
    if hosted is None:
        return
    for commit in town.remembered.pop(hosted.id, ()):
        past_runs(town, hosted, commit)
    hosted.archived = "archived" in plot.ills


def _protect(town: Town, plot: Plot, repository: Hosted) -> None:
    if {"unprotected", "archived"} & set(plot.ills):
        return
    protect_main(town, repository)


def protect_main(town: Town, repository: Hosted) -> None:
    """Protect the default branch as the house does: CI has to pass, and teams review."""
    plot = town.plots[repository.id]
    checks = tuple((name, None) for name in _contexts(town, repository))
    protect(
        town.world, repository, repository.default_branch, town.kim,
        checks=checks or None, reviews=1 if plot.team else None,
    )  # fmt: skip


def _contexts(town: Town, repository: Hosted) -> list[str]:
    if repository.head is None:
        return []
    found = workflows_at(town, repository, repository.head)
    return [name for each, _ in found if each.path.endswith("/ci.yml") for name in each.jobs]


def _raise_alerts(dependabot: Dependabot, town: Town, plot: Plot, repository: Hosted) -> None:
    head, world = repository.head, town.world
    if head is None:
        return
    dependabot.arrive(repository)
    if "code-alert" in plot.ills:
        raise_code(
            world, repository, "py/path-injection", "Uncontrolled data used in path expression",
            f"src/{plot.name.replace('-', '_')}/__init__.py", 1,
            message="This path depends on a user-provided value.",
        )  # fmt: skip
    if "secret-alert" in plot.ills:
        leak(town, repository, "variables.tf")


def leak(town: Town, repository: Hosted, path: str) -> None:
    """Let the host find a secret in a file; it was never one of anybody's."""
    raise_secret(
        town.world, repository, "hetzner_cloud_token", "Hetzner Cloud API Token",
        "made-up-for-the-demo", path=path,
    )  # fmt: skip
