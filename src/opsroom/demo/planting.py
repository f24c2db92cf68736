"""Faults that can be planted while one watches: each says how it is made and whether it is open.

Faults of the files are commits that somebody pushes; faults of the host are what people do on its
pages; faults of a clone are made in the clone itself.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from opsroom.demo.advisories import FLAWS
from opsroom.demo.catalogue import KIM, WORKFLOWS, Kind, Plot, of_the_house
from opsroom.demo.ci.breaks import break_of
from opsroom.demo.ci.course import HANGS, UNKNOWN_PATCH
from opsroom.demo.contents.workflows import SETUPS
from opsroom.demo.dependabot import Dependabot, alert_of, locked_flaws
from opsroom.demo.faults import commit, edit
from opsroom.demo.git import Git
from opsroom.demo.github.acts.protection import unprotect
from opsroom.demo.github.acts.pushes import commit_files
from opsroom.demo.github.acts.repositories import (
    delete_repository,
    rename,
    set_archived,
    set_visibility,
)
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.settle import leak
from opsroom.demo.town import Town
from opsroom.errors import OpsroomError, UsageError

VERSION = re.compile(r"(          \S+: \"?v?[\d.]*?)\d+(\"?)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Site:
    """Where a fault is planted."""

    town: Town
    dependabot: Dependabot
    repository: Hosted
    plot: Plot

    @property
    def head(self) -> str | None:
        """The commit of the default branch."""
        return self.repository.head

    def text(self, path: str) -> str:
        """A file of the head."""
        return self.town.text(self.repository, self.head, path)

    def push(self, path: str, text: str, said: str) -> None:
        """Let Sam commit one file."""
        town, branch = self.town, self.repository.default_branch
        commit_files(town.world, self.repository, branch, {path: text}, said, town.sam)

    def git(self) -> Git:
        """Git in its clone, as Kim.

        Raises:
            UsageError: it has no clone.
        """
        folder = self.town.fleet.clone(self.plot)
        if not folder.is_dir():
            raise UsageError(f"{self.plot.slug} has no clone", "choose a repository with one")
        return Git(folder, KIM, self.town.world.now())


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One kind. `plant` raises UsageError where it can't be; `open` tells if it still holds."""

    what: str
    plant: Callable[[Site], None]
    open: Callable[[Site], bool]


def _break(site: Site) -> None:
    how = break_of(site.plot)
    path = how.file(site.plot) if how else ""
    if how is None or how.good not in site.text(path):
        raise UsageError(f"nothing of {site.plot.slug} can break", "choose one that builds code")
    site.push(path, site.text(path).replace(how.good, how.bad), how.message)


def _is_broken(site: Site) -> bool:
    how = break_of(site.plot)
    return how is not None and how.bad in site.text(how.file(site.plot))


def _flaky(site: Site) -> None:
    site.town.flaky.add(site.repository.id)


def _stick(site: Site) -> None:
    path = "CHANGELOG.md"
    site.push(path, f"{site.text(path)}- {HANGS}\n", HANGS)


def _is_stuck(site: Site) -> bool:
    return any(
        run.title == HANGS and run.newest.status != "completed"
        for run in site.repository.runs.values()
    )


def shared_workflow(kind: Kind) -> str:
    """The file of the shared workflow of a kind."""
    return f".github/workflows/{kind.value}.yml"


def _break_shared(site: Site) -> None:
    if site.plot.slug != WORKFLOWS:
        raise UsageError(f"{site.plot.slug} shares no workflow", f"plant it in {WORKFLOWS}")
    path = shared_workflow(Kind.PYTHON)
    text = VERSION.sub(rf"\g<1>{UNKNOWN_PATCH}\g<2>", site.text(path))
    site.push(path, text, "Use the newest uv everywhere")


def _shared_is_broken(site: Site) -> bool:
    broken = re.compile(rf"\.{UNKNOWN_PATCH}\"?$", re.MULTILINE)
    return any(broken.search(site.text(shared_workflow(kind))) for kind in SETUPS)


def _publish(site: Site) -> None:
    flaw = next((flaw for _, flaw in locked_flaws(site.town, site.repository)
                 if flaw.latent and not alert_of(site.repository, flaw)), None)  # fmt: skip
    if flaw is None:
        raise UsageError(
            f"nothing that {site.plot.slug} has locked has a flaw that nobody knows of yet",
            "choose one with a lockfile",
        )
    site.dependabot.publish(flaw)


def _has_advisory(site: Site) -> bool:
    return any(alert_of(site.repository, flaw) for flaw in FLAWS if flaw.latent)


def _leak(site: Site) -> None:
    path = "config/token.txt"
    site.push(path, "token = made-up-for-the-demo\n", "Keep the token where I find it")
    leak(site.town, site.repository, path)


def _has_secret(site: Site) -> bool:
    return any(each.state == "open" for each in site.repository.secrets.values())


def _unprotect(site: Site) -> None:
    patterns = list(site.repository.protections)
    if not patterns:
        raise UsageError(f"{site.plot.slug} is not protected", "choose one that is")
    for pattern in patterns:
        unprotect(site.town.world, site.repository, pattern, site.town.sam)


def _rename(site: Site) -> None:
    rename(site.town.world, site.repository, f"{site.repository.name}-next", site.town.kim)


def _is_renamed(site: Site) -> bool:
    """The clone, where there is one, still goes by the former name."""
    config = site.town.fleet.clone(site.plot) / ".git" / "config"
    now = f"/{site.repository.full_name}.git"
    former = site.repository.full_name.lower() != site.plot.remote_name.lower()
    return former and (not config.is_file() or now not in config.read_text("utf-8"))


def _archive(site: Site) -> None:
    set_archived(site.town.world, site.repository, True, site.town.kim)


def _hide(site: Site) -> None:
    set_visibility(site.town.world, site.repository, "private", site.town.kim)


def _delete(site: Site) -> None:
    delete_repository(site.town.world, site.repository, site.town.kim)


def _diverge(site: Site) -> None:
    commit(site.git(), "Fix it here, quickly")
    path = "ideas.md"
    site.push(path, f"{site.text(path)}Fix it for everybody\n", "Fix it for everybody")


def _has_own_commits(site: Site) -> bool:
    told = site.git()("log", "--format=%s", "-20", "HEAD", "--not", "--remotes")
    return "Fix it here, quickly" in told


def _dirty(site: Site) -> None:
    edit(site.git(), "Half a thought")


def _is_dirty(site: Site) -> bool:
    return bool(site.git()("status", "--porcelain"))


def _lose_clone(site: Site) -> None:
    shutil.rmtree(site.git().folder)


def _wrong_remote(site: Site) -> None:
    site.git()("remote", "set-url", "origin", f"{site.town.remote}/kim/somewhere-else.git")


def _remote_is_wrong(site: Site) -> bool:
    return "somewhere-else" in site.git()("config", "--get", "remote.origin.url")


KINDS: dict[str, FaultKind] = {
    "ci-broken": FaultKind("A commit breaks the build.", _break, _is_broken),
    "ci-flaky": FaultKind(
        "Builds fail now and then.", _flaky, lambda site: site.repository.id in site.town.flaky
    ),
    "stuck-run": FaultKind("A build that doesn't end.", _stick, _is_stuck),
    "shared-workflow-broken": FaultKind(
        "A shared workflow asks for what there is not.", _break_shared, _shared_is_broken
    ),
    "advisory": FaultKind("A locked package turns out to have a flaw.", _publish, _has_advisory),
    "secret-leaked": FaultKind("A secret is pushed.", _leak, _has_secret),
    "protection-removed": FaultKind(
        "Nothing protects the default branch.",
        _unprotect,
        lambda site: not site.repository.protections,
    ),
    "renamed": FaultKind("Another name on the host.", _rename, _is_renamed),
    "archived": FaultKind("Archived on the host.", _archive, lambda site: site.repository.archived),
    "made-private": FaultKind(
        "Hidden on the host.", _hide, lambda site: site.repository.visibility == "private"
    ),
    "deleted": FaultKind(
        "Deleted on the host; a clone may remain.", _delete, lambda site: site.repository.deleted
    ),
    "diverged-clone": FaultKind("Clone and remote disagree.", _diverge, _has_own_commits),
    "dirty-clone": FaultKind("Changes that nobody committed.", _dirty, _is_dirty),
    "missing-clone": FaultKind(
        "The clone is gone.",
        _lose_clone,
        lambda site: not site.town.fleet.clone(site.plot).is_dir(),
    ),
    "wrong-remote": FaultKind("The clone names another remote.", _wrong_remote, _remote_is_wrong),
}


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault that was planted, known by the database id of its repository."""

    kind: str
    id: int
    plot: Plot
    repository: Hosted


class PlantedFaults:
    """What was planted, by people or by the story, and what of it still holds.

    It is written down in `file`: the double forgets what people did on its pages when it ends,
    so that is done again when the fleet is taken up.
    """

    def __init__(self, town: Town, dependabot: Dependabot) -> None:
        self._town = town
        self._dependabot = dependabot
        self._file = town.fleet.root / "planted.json"
        self._planted: dict[tuple[str, int], Planted] = {}
        for plot in town.plots.values():
            for kind in _initial(plot):
                self._remember(kind, plot)
        if self._file.is_file():
            self._take_up()

    def plant(self, kind: str, name: str) -> None:
        """Plant a fault in the repository of a name.

        Raises:
            UsageError: there is no such kind or repository, or the fault can't be there.
        """
        if kind not in KINDS:
            raise UsageError(f"there is no kind {kind}", f"one of {', '.join(KINDS)}")
        repository = self._town.world.repository(name)
        plot = self._town.plot(repository) if repository else None
        if repository is None or plot is None:
            raise UsageError(f"the fleet has no repository {name}", "GET /truth lists them")
        KINDS[kind].plant(self._site(repository, plot))
        self._planted[kind, repository.id] = Planted(kind, repository.id, plot, repository)
        self._write_down()

    def open(self) -> list[Planted]:
        """What still holds; what was mended is forgotten."""
        for key, each in list(self._planted.items()):
            if not self._holds(each):
                del self._planted[key]
                self._write_down()
        return list(self._planted.values())

    def _write_down(self) -> None:
        kept = [[each.kind, each.plot.slug] for each in self._planted.values()]
        rough = self._file.with_suffix(".new")
        rough.write_text(json.dumps(kept), encoding="utf-8")
        rough.replace(self._file)

    def _take_up(self) -> None:
        by_slug = {plot.slug: plot for plot in self._town.plots.values()}
        for kind, slug in json.loads(self._file.read_text(encoding="utf-8")):
            plot = by_slug[slug]
            repository = self._town.hosted(plot)
            if repository is None or (kind, repository.id) in self._planted:
                continue
            self._remember(kind, plot)
            if kind in FORGOTTEN:
                try:
                    KINDS[kind].plant(self._site(repository, plot))
                except UsageError:
                    continue

    def _holds(self, planted: Planted) -> bool:
        try:
            return KINDS[planted.kind].open(self._site(planted.repository, planted.plot))
        except OpsroomError:
            return False

    def _remember(self, kind: str, plot: Plot) -> None:
        repository = self._town.hosted(plot)
        if repository is not None:
            self._planted[kind, repository.id] = Planted(kind, repository.id, plot, repository)

    def _site(self, repository: Hosted, plot: Plot) -> Site:
        return Site(self._town, self._dependabot, repository, plot)


FORGOTTEN = frozenset(
    {"ci-flaky", "advisory", "protection-removed", "renamed", "archived", "made-private", "deleted"}
)
"""Kinds that neither a commit nor a clone holds."""

INITIAL = {
    "ci-failing": "ci-broken",
    "ci-flaky": "ci-flaky",
    "unprotected": "protection-removed",
    "archived": "archived",
    "secret-alert": "secret-leaked",
}
"""Kinds by the ills with which repositories of the catalogue begin."""


def _initial(plot: Plot) -> Iterator[str]:
    yield from (INITIAL[ill] for ill in plot.ills if ill in INITIAL)
    if plot.formerly:
        yield "renamed"
    if not plot.cloned and plot.slug in of_the_house():
        yield "missing-clone"
