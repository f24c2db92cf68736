"""A fleet to try things on: real clones in `code/`, their bare remotes in `upstream/`."""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from opsroom.demo.catalogue import HOST, KIM, Plot, plots, rule_of
from opsroom.demo.faults import plant
from opsroom.demo.git import Git
from opsroom.demo.history import commits, stream
from opsroom.errors import UsageError

WORKERS = 4
MOST = 2_000


@dataclass(frozen=True)
class Fleet:
    """What was built. `code` is the folder that the centre looks at."""

    root: Path
    plots: tuple[Plot, ...]

    @property
    def code(self) -> Path:
        """The folder of clones."""
        return self.root / "code"

    @property
    def planted(self) -> frozenset[tuple[str, str]]:
        """Each `(repository, rule)` that holds by plan; others may follow from these."""
        return frozenset(
            (plot.full_name, rule_of(fault)) for plot in self.plots for fault in plot.faults
        )

    def clone(self, plot: Plot) -> Path:
        """Where a repository was cloned to."""
        return self.code / plot.owner / plot.name

    def upstream(self, plot: Plot) -> Path:
        """Where its remote really is."""
        return self.root / "upstream" / plot.owner / f"{plot.name}.git"


def build(root: Path, count: int, seed: int, now: datetime) -> Fleet:
    """Make `count` repositories under `root`; one `seed` and `now` give one fleet, byte for byte.

    A fleet that is there already is left as it is.

    Raises:
        UsageError: `count` is out of bounds, or `root` holds another fleet, or something else.
    """
    if not 1 <= count <= MOST:
        raise UsageError(f"a demo has 1 to {MOST} repositories, not {count}")
    fleet = Fleet(root, tuple(plots(count)))
    plan = json.dumps({"repositories": count, "seed": seed})
    marker = root / "demo.json"
    if marker.is_file():
        found = marker.read_text(encoding="utf-8")
        if found != plan:
            raise UsageError(
                f"{root} holds a demo of {found}, not {plan}",
                "ask for that one, or choose another --state",
            )
        return fleet
    root.mkdir(parents=True, exist_ok=True)
    if any(root.iterdir()):
        raise UsageError(f"{root} is not empty, and no demo", "choose another --state")
    with ThreadPoolExecutor(WORKERS) as workers:
        for _ in workers.map(partial(_build, fleet, seed=seed, now=now), fleet.plots):
            pass
    marker.write_text(plan, encoding="utf-8")
    return fleet


def _build(fleet: Fleet, plot: Plot, *, seed: int, now: datetime) -> None:
    chance = random.Random(f"{seed} {plot.owner}/{plot.name}")  # noqa: S311 - no secret: a story
    bare, clone = fleet.upstream(plot), fleet.clone(plot)
    bare.mkdir(parents=True)
    clone.parent.mkdir(parents=True, exist_ok=True)
    upstream = Git(bare, KIM, now)
    upstream("init", "--quiet", "--bare", "--initial-branch", "main", "--template", "")
    upstream("fast-import", "--quiet", "--done", stdin=stream(commits(plot, chance, now)))
    Git(clone.parent, KIM, now)("clone", "--quiet", "--template", "", str(bare), clone.name)
    _move_remote(clone, plot, bare, fleet.root / "upstream")
    plant(plot.faults, Git(clone, KIM, now))


def _move_remote(clone: Path, plot: Plot, bare: Path, upstreams: Path) -> None:
    """Let the clone say that its remote is on a host, and Git find it here all the same."""
    config = clone / ".git" / "config"
    text = config.read_text(encoding="utf-8")
    text = text.replace(f"url = {bare}", f"url = https://{HOST}/{plot.owner}/{plot.name}.git")
    # so that people can push and pull in a clone of the demo, and see the page follow
    text += f'[url "{upstreams}/"]\n\tinsteadOf = https://{HOST}/\n'
    text += f"[user]\n\tname = {KIM.name}\n\temail = {KIM.email}\n"
    config.write_text(text, encoding="utf-8")
