"""The repositories of the demo: what a homelab and its owner's projects look like."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import count as numbers

from opsroom.demo.git import Author

HOST = "git.home.arpa"
"""What the fleet calls its own host in its files: a name that is reserved for homes (RFC 8375)."""

ORGANISATION = "homelab"
USER = "kim"

KIM = Author("Kim Larsen", "kim@home.arpa")
SAM = Author("Sam Ortega", "sam@home.arpa")


class Kind(StrEnum):
    """What a repository holds."""

    COMPOSE = "compose"
    HELM = "helm"
    TERRAFORM = "terraform"
    ANSIBLE = "ansible"
    PYTHON = "python"
    NODE = "node"
    GO = "go"
    RUST = "rust"
    PAGES = "pages"
    WORKFLOWS = "workflows"
    IMAGES = "images"


@dataclass(frozen=True, slots=True)
class Plot:
    """One repository before it is built, and the rules that will hold for it.

    `faults` are those of its clone and its contents, `ills` those that only its host can tell.
    `needs` are the repositories of the fleet that its files name; `lag` of them pin a release
    before the newest. `team` repositories have two authors, and so are held to a team's standards.
    """

    owner: str
    name: str
    kind: Kind
    about: str
    faults: tuple[str, ...] = ()
    ills: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    team: bool = False
    formerly: str = ""
    """The name that it had when it was cloned."""
    hosted: bool = True
    """Whether its host has it (or has it still)."""
    cloned: bool = True

    @property
    def slug(self) -> str:
        """What its host calls it."""
        return f"{self.owner}/{self.name}"

    @property
    def remote_name(self) -> str:
        """What its clone believes that its host calls it."""
        return f"{self.owner}/{self.formerly or self.name}"

    @property
    def full_name(self) -> str:
        """What Opsroom calls its clone, as long as it doesn't know the host."""
        return f"local/{self.name}" if "no-remote" in self.faults else self.remote_name


WORKFLOWS, IMAGES, CHARTS = "homelab/workflows", "homelab/base-images", "homelab/helm-charts"
MQTT, UNITS_GO, UNITS_JS = "kim/libmqtt-py", "kim/units-go", "kim/energy-units"
BACKUP_ROLE, SCRIPTS, DNS = (
    "homelab/ansible-role-backup", "homelab/backup-scripts", "homelab/terraform-dns"
)  # fmt: skip

PLOTS = (
    Plot("homelab", "compose-media", Kind.COMPOSE, "Jellyfin and its friends",
         needs=(WORKFLOWS, "kim/recipe-box")),
    Plot("homelab", "compose-home", Kind.COMPOSE, "Home Assistant, MQTT and Zigbee",
         ("uncommitted-changes", "untracked-files"), ("ci-flaky",),
         (WORKFLOWS, "kim/doorbell", "kim/weather-station")),
    Plot("homelab", "compose-proxy", Kind.COMPOSE, "Traefik before everything else",
         ("merge-in-progress", "stashed-changes", "large-files", "missing-ci"), ("unprotected",),
         team=True),
    Plot("homelab", "compose-monitoring", Kind.COMPOSE, "Prometheus, Grafana, Loki",
         needs=(WORKFLOWS, "kim/energy-dashboard"), team=True),
    Plot("homelab", "helm-charts", Kind.HELM, "Charts for the cluster", ("behind-upstream",),
         needs=(WORKFLOWS,)),
    Plot("homelab", "cluster", Kind.HELM, "What runs on the three small nodes", (),
         ("ci-failing",), (WORKFLOWS, CHARTS), team=True),
    Plot("homelab", "terraform-dns", Kind.TERRAFORM, "Zones and records", needs=(WORKFLOWS,)),
    Plot("homelab", "terraform-cloud", Kind.TERRAFORM, "The rented box and its buckets",
         ("unpushed-commits",), ("private", "secret-alert"), (WORKFLOWS, DNS), team=True),
    Plot("homelab", "ansible-hosts", Kind.ANSIBLE, "Every machine in the house",
         ("default-branch-drift", "uncommitted-changes", "untracked-files"), ("ci-flaky",),
         (WORKFLOWS, BACKUP_ROLE), team=True),
    Plot("homelab", "ansible-role-backup", Kind.ANSIBLE, "Restic on a timer",
         ("missing-readme", "missing-license"), needs=(WORKFLOWS, SCRIPTS)),
    Plot("homelab", "backup-scripts", Kind.PYTHON, "What the role calls", ("inactive",),
         ("archived",), (WORKFLOWS,)),
    Plot("homelab", "workflows", Kind.WORKFLOWS, "The CI that every repository calls",
         ("missing-gitignore",), ("unprotected",)),
    Plot("homelab", "base-images", Kind.IMAGES, "What the images of the fleet are built on",
         (), ("unprotected",), (WORKFLOWS,), cloned=False),
    Plot("kim", "recipe-box", Kind.PYTHON, "Recipes with a search that works",
         ("stale-branches", "detached-head"), ("code-alert",), (WORKFLOWS, IMAGES)),
    Plot("kim", "weather-station", Kind.PYTHON, "Reads the mast on the roof",
         ("detached-head-orphaned", "uncommitted-changes"),
         needs=(WORKFLOWS, IMAGES, MQTT)),
    Plot("kim", "energy-dashboard", Kind.NODE, "Where the watts go", ("missing-lockfile",),
         ("ci-failing",), (WORKFLOWS, IMAGES, UNITS_JS)),
    Plot("kim", "budget", Kind.NODE, "Where the money goes",
         ("vendored-dependencies", "remote-mismatch", "uncommitted-changes"),
         ("private",), (WORKFLOWS, IMAGES, UNITS_JS)),
    Plot("kim", "doorbell", Kind.GO, "Rings, and says who it is",
         needs=(WORKFLOWS, IMAGES, UNITS_GO), formerly="door-bell"),
    Plot("kim", "garden-sensors", Kind.GO, "Soil, light and water",
         ("no-upstream", "missing-update-bot"), ("ci-flaky",), (WORKFLOWS, UNITS_GO), team=True),
    Plot("kim", "libmqtt-py", Kind.PYTHON, "A small MQTT library",
         ("missing-security-policy", "missing-codeowners"), needs=(WORKFLOWS,), team=True),
    Plot("kim", "units-go", Kind.GO, "Watts, litres and degrees", needs=(WORKFLOWS,)),
    Plot("kim", "energy-units", Kind.NODE, "Joules, watts and prices", needs=(WORKFLOWS,),
         cloned=False),
    Plot("kim", "meter-reader", Kind.RUST, "Counts the blinks of the meter",
         needs=(WORKFLOWS,)),
    Plot("kim", "dotfiles", Kind.PAGES, "A home to come back to", ("unreadable",)),
)  # fmt: skip
"""The first 24. `faults` name rules, or a worse variant of one (`detached-head-orphaned`)."""

FOUND_ON_DISK = (
    Plot("kim", "blog", Kind.PAGES, "Notes from the cellar", ("remote-mismatch",), hosted=False),
    Plot("kim", "old-wiki", Kind.NODE, "Nobody dares to delete it",
         ("no-remote", "detached-head-orphaned", "vendored-dependencies", "large-files",
          "uncommitted-changes"), hosted=False),
)  # fmt: skip
"""Clones of repositories that their host has no longer, or never had."""

LIBRARIES = frozenset({MQTT, UNITS_GO, UNITS_JS, SCRIPTS})
"""Packages that others depend on, and no programs of their own."""

ROOMS = ("attic", "barn", "cellar", "garage", "garden", "hall", "kitchen", "loft", "porch", "shed")

CLONES = 60
"""Clones on disk in the largest fleet."""


def plots(count: int) -> list[Plot]:
    """Return `count` repositories; after the first 24 every room of the house gets its own."""
    return [plot for plot, _ in zip(_endless(), range(count), strict=False)]


def clones(hosted: list[Plot]) -> list[Plot]:
    """Return those that stand on disk: of a whole fleet also those that its host has not."""
    found = FOUND_ON_DISK if len(hosted) >= len(PLOTS) else ()
    return [*(plot for plot in hosted[: CLONES - len(found)] if plot.cloned), *found]


@cache
def of_the_house() -> dict[str, Plot]:
    """The plots that others may need, by what their host calls them."""
    return {plot.slug: plot for plot in PLOTS}


def _endless() -> Iterator[Plot]:
    yield from PLOTS
    patterns = [plot for plot in PLOTS if plot.kind not in (Kind.WORKFLOWS, Kind.IMAGES)]
    for number in numbers():
        pattern = patterns[(number * 7) % len(patterns)]
        room = ROOMS[number % len(ROOMS)]
        again = number // len(ROOMS)
        name = f"{room}-{pattern.kind.value}{f'-{again + 1}' if again else ''}"
        ill = number % 3 == 0
        yield Plot("homelab", name, pattern.kind, f"{pattern.about}, for the {room}",
                   pattern.faults if ill else (), pattern.ills if ill else (), pattern.needs,
                   pattern.team, cloned=len(PLOTS) + number < CLONES)  # fmt: skip


def rule_of(fault: str) -> str:
    """Return the rule that a fault makes hold."""
    return fault.removesuffix("-orphaned")
