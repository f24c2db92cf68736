"""What the demo knows of its fleet in the double, beyond what the double itself knows."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from opsroom.demo.catalogue import Plot
from opsroom.demo.fleet import Fleet
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.world import World


@dataclass
class Town:
    """A fleet in its world, its people, and what ails it. Read and changed under the world's lock.

    Repositories are known by their database id, which survives every change of name.
    """

    world: World
    fleet: Fleet
    kim: Account
    sam: Account
    bot: Account
    plots: dict[int, Plot] = field(default_factory=dict[int, Plot])
    ids: dict[str, int] = field(default_factory=dict[str, int])
    """Database ids by the name in the catalogue."""
    remembered: dict[int, tuple[str, ...]] = field(default_factory=dict[int, tuple[str, ...]])
    """Commits whose builds are still to be told of as past."""
    flaky: set[int] = field(default_factory=set[int])
    """Repositories whose builds fail now and then."""
    exposed: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    """Repositories by the GHSA id of a flaw that their lockfiles held at first."""
    published: dict[str, datetime] = field(default_factory=dict[str, datetime])
    """Flaws that became known while one watched, by GHSA id."""
    remote: str = "http://127.0.0.1"
    """What remotes of clones begin with, without a slash at the end."""

    def move_in(self, plot: Plot, repository: Hosted) -> None:
        """Know a repository of the catalogue."""
        self.plots[repository.id] = plot
        self.ids[plot.slug] = repository.id
        if "ci-flaky" in plot.ills:
            self.flaky.add(repository.id)

    @contextmanager
    def at(self, moment: datetime) -> Generator[None]:
        """Let what is done inside have happened at another moment."""
        before, self.world.clock = self.world.clock, lambda: moment
        try:
            yield
        finally:
            self.world.clock = before

    def hosted(self, plot: Plot) -> Hosted | None:
        """The repository of a plot; None when it was deleted."""
        return self.world.repositories.get(self.ids[plot.slug]) if plot.hosted else None

    def plot(self, repository: Hosted) -> Plot | None:
        """What the catalogue says of a repository; None when it isn't of the fleet."""
        return self.plots.get(repository.id)

    def text(self, repository: Hosted, commit: str | None, path: str) -> str:
        """A file of a commit; empty when there is none."""
        entry = repository.objects.at(commit, path) if commit else None
        if entry is None or entry.kind != "blob":
            return ""
        return repository.objects.blob(entry.oid).decode(errors="replace")
