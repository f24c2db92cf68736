"""What people do in clones: edit, commit, push, pull, and forget to. Each step is Git itself."""

from opsroom.demo.catalogue import KIM, Plot, clones
from opsroom.demo.faults import edit
from opsroom.demo.git import Git
from opsroom.demo.github.acts.pushes import reread_refs
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.stories import IDEAS, Beat, Stage, Story
from opsroom.demo.town import Town
from opsroom.errors import OpsroomError


def kept_in_a_clone(stage: Stage) -> Story:
    """Kim edits, commits a while later, and pushes a while after that."""
    plot = _choose(stage)
    if plot is None:
        return
    said = stage.chance.choice(IDEAS)
    edit(_git(stage.town, plot), said)
    yield Beat(f"{plot.slug}: Kim edits", 8)
    _git(stage.town, plot)("commit", "--quiet", "--all", "--message", said)
    yield Beat(f"{plot.slug}: Kim commits", 12)
    _pull(stage.town, plot)
    _remote(stage.town, plot, "push", "--quiet")
    _take_over(stage.town, plot)
    yield Beat(f"{plot.slug}: Kim pushes", 0)


def left_behind(stage: Stage) -> Story:
    """Sam pushes from another machine; Kim's clone fetches, and is pulled later."""
    plot = _choose(stage)
    repository = stage.town.hosted(plot) if plot else None
    if plot is None or repository is None:
        return
    with stage.town.world.lock:
        stage.idea(repository, stage.town.sam)
    yield Beat(f"{plot.slug}: Sam pushes", 6)
    _remote(stage.town, plot, "fetch", "--quiet")
    yield Beat(f"{plot.slug}: Kim fetches", 20)
    _pull(stage.town, plot)
    yield Beat(f"{plot.slug}: Kim pulls", 0)


def caught_up(stage: Stage) -> Story:
    """Kim pulls where somebody else pushed."""
    plot = _choose(stage, behind=True)
    if plot is not None:
        _pull(stage.town, plot)
        yield Beat(f"{plot.slug}: Kim pulls", 0)


def _choose(stage: Stage, *, behind: bool = False) -> Plot | None:
    """A repository of which nothing is broken, in its clone or on its host."""
    whole = {plot.slug for plot in clones(list(stage.town.fleet.plots)) if _whole(plot)}
    with stage.town.world.lock:
        found = stage.choose(
            among=lambda plot, each: (
                plot.slug in whole and _works(stage.town, plot, each, behind=behind)
            )
        )
        return stage.town.plot(found) if found else None


def _whole(plot: Plot) -> bool:
    faults = (not each.startswith("missing-") and each != "stale-branches" for each in plot.faults)
    return plot.hosted and not any(faults)


def _works(town: Town, plot: Plot, repository: Hosted, *, behind: bool) -> bool:
    if not (town.fleet.clone(plot) / ".git" / "HEAD").is_file() or repository.head is None:
        return False
    return not behind or _git(town, plot)("rev-parse", "HEAD") != repository.head


def _git(town: Town, plot: Plot) -> Git:
    return Git(town.fleet.clone(plot), KIM, town.world.now())


def _remote(town: Town, plot: Plot, *arguments: str) -> None:
    """Talk with the remote without a server between: it is in the next folder."""
    here = f"url.{town.fleet.root / 'upstream'}/.insteadOf={town.remote}/"
    with town.world.lock:
        repository = town.hosted(plot)
        if repository is None:
            raise OpsroomError(f"{plot.slug} is gone")
        repository.objects.materialise()
    _git(town, plot)("-c", here, *arguments)


def _pull(town: Town, plot: Plot) -> None:
    _remote(town, plot, "pull", "--quiet", "--rebase", "--autostash")


def _take_over(town: Town, plot: Plot) -> None:
    repository = town.hosted(plot)
    if repository is not None:
        reread_refs(town.world, repository, town.kim)
