"""A fleet to try things on: real clones in `code/`, their bare remotes in `upstream/`."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from opsroom.demo.catalogue import HOST, KIM, Plot, clones, plots, rule_of
from opsroom.demo.faults import plant
from opsroom.demo.git import Git
from opsroom.demo.github.objects import Objects, Shelf
from opsroom.demo.history import Past
from opsroom.errors import UsageError

WORKERS = 4
MOST = 20_000
HOME_URL = f"https://{HOST}"


class Marker(NamedTuple):
    """What `demo.json` says: which fleet is here, since when, and how often it was taken up."""

    repositories: int
    seed: int
    began: datetime
    taken_up: int


@dataclass(frozen=True)
class Fleet:
    """What was built. `code` is the folder that the centre looks at.

    `plots` are what the host has, `cloned` what stands on disk. `began` is the moment that the
    past led to.
    """

    root: Path
    plots: tuple[Plot, ...]
    seed: int
    began: datetime
    taken_up: int = 0
    """How often it was there already."""

    @property
    def code(self) -> Path:
        """The folder of clones."""
        return self.root / "code"

    @property
    def cloned(self) -> tuple[Plot, ...]:
        """The repositories that have a clone."""
        return tuple(clones(list(self.plots)))

    @property
    def planted(self) -> frozenset[tuple[str, str]]:
        """Each `(repository, rule)` that holds in clones by plan; others may follow from these."""
        return frozenset(
            (plot.full_name, rule_of(fault)) for plot in self.cloned for fault in plot.faults
        )

    def clone(self, plot: Plot) -> Path:
        """Where a repository was cloned to."""
        return self.code / plot.owner / (plot.formerly or plot.name)

    def upstream(self, plot: Plot) -> Path:
        """Where its remote really is."""
        return self.root / "upstream" / f"{plot.remote_name}.git"


def build(root: Path, count: int, seed: int, now: datetime) -> Fleet:
    """Make `count` repositories under `root`; one `seed` and `now` give one fleet, byte for byte.

    A fleet that is there already is left as it is.

    Raises:
        UsageError: `count` is out of bounds, or `root` holds another fleet, or something else.
    """
    fleet = claim(root, count, seed, now)
    if not fleet.taken_up:
        past, shelf = Past(seed, now), Shelf()
        with ThreadPoolExecutor(WORKERS) as workers:
            for _ in workers.map(partial(_build, fleet, past, shelf), fleet.cloned):
                pass
    return fleet


def claim(root: Path, count: int, seed: int, now: datetime) -> Fleet:
    """Take a folder for a fleet, or take up the one that is there; nothing else is made.

    Raises:
        UsageError: as `build`.
    """
    if not 1 <= count <= MOST:
        raise UsageError(f"a demo has 1 to {MOST} repositories, not {count}")
    marker = root / "demo.json"
    found = _read(marker)
    if found is None:
        root.mkdir(parents=True, exist_ok=True)
        if any(root.iterdir()):
            raise UsageError(f"{root} is not empty, and no demo", "choose another --state")
        found = Marker(count, seed, now, 0)
    elif (found.repositories, found.seed) != (count, seed):
        raise UsageError(
            f"{root} holds a demo of {found.repositories} repositories with seed {found.seed}, "
            f"not of {count} with {seed}",
            "ask for that one, or choose another --state",
        )
    else:
        found = found._replace(taken_up=found.taken_up + 1)
    written = {**found._asdict(), "began": found.began.isoformat()}
    marker.write_text(json.dumps(written), encoding="utf-8")
    return Fleet(root, tuple(plots(count)), seed, found.began, found.taken_up)


def _read(marker: Path) -> Marker | None:
    if not marker.is_file():
        return None
    try:
        told = json.loads(marker.read_text(encoding="utf-8"))
        began = datetime.fromisoformat(told["began"])
        return Marker(int(told["repositories"]), int(told["seed"]), began, int(told["taken_up"]))
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{marker} can't be read", "choose another --state") from error


def _build(fleet: Fleet, past: Past, shelf: Shelf, plot: Plot) -> None:
    objects = Objects(fleet.upstream(plot), shelf)
    objects.follow(past.line(plot, objects.write).refs)
    objects.materialise()
    make_clone(fleet, plot)
    move_remote(fleet, plot, HOME_URL)
    # so that people can push and pull in a clone of the demo, and see the page follow
    config = fleet.clone(plot) / ".git" / "config"
    with config.open("a", encoding="utf-8") as file:
        file.write(f'[url "{fleet.root / "upstream"}/"]\n\tinsteadOf = {HOME_URL}/\n')
    plant(plot.faults, Git(fleet.clone(plot), KIM, fleet.began))


def make_clone(fleet: Fleet, plot: Plot) -> None:
    """Clone what is in `upstream`; whose commits are made there is written down."""
    clone = fleet.clone(plot)
    clone.parent.mkdir(parents=True, exist_ok=True)
    git = Git(clone.parent, KIM, fleet.began)
    git("clone", "--quiet", "--template", "", str(fleet.upstream(plot)), clone.name)
    with (clone / ".git" / "config").open("a", encoding="utf-8") as file:
        file.write(f"[user]\n\tname = {KIM.name}\n\temail = {KIM.email}\n")


def move_remote(fleet: Fleet, plot: Plot, host: str) -> None:
    """Let a fresh clone say that its remote is on a host (a URL without a slash at its end)."""
    config = fleet.clone(plot) / ".git" / "config"
    text = config.read_text(encoding="utf-8")
    here = f"url = {fleet.upstream(plot)}"
    config.write_text(text.replace(here, f"url = {host}/{plot.remote_name}.git"), encoding="utf-8")
