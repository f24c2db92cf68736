"""The repositories of the demo: what a homelab and its owner's projects look like."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import count as numbers

from opsroom.demo.git import Author

HOST = "git.home.arpa"
"""Where the remotes say they live: a name that is reserved for homes (RFC 8375)."""

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
    PAGES = "pages"


@dataclass(frozen=True)
class Plot:
    """One repository before it is built, and the rules that will hold for it.

    `team` repositories have two authors, and so are held to a team's standards.
    """

    owner: str
    name: str
    kind: Kind
    about: str
    faults: tuple[str, ...] = ()
    team: bool = False

    @property
    def full_name(self) -> str:
        """What Opsroom will call it."""
        return f"local/{self.name}" if "no-remote" in self.faults else f"{self.owner}/{self.name}"


PLOTS = (
    Plot("homelab", "compose-media", Kind.COMPOSE, "Jellyfin and its friends"),
    Plot("homelab", "compose-home", Kind.COMPOSE, "Home Assistant, MQTT and Zigbee",
         ("uncommitted-changes", "untracked-files")),
    Plot("homelab", "compose-proxy", Kind.COMPOSE, "Traefik before everything else",
         ("merge-in-progress", "stashed-changes", "large-files", "missing-ci"), team=True),
    Plot("homelab", "compose-monitoring", Kind.COMPOSE, "Prometheus, Grafana, Loki", team=True),
    Plot("homelab", "helm-charts", Kind.HELM, "Charts for the cluster", ("behind-upstream",)),
    Plot("homelab", "cluster", Kind.HELM, "What runs on the three small nodes", team=True),
    Plot("homelab", "terraform-dns", Kind.TERRAFORM, "Zones and records"),
    Plot("homelab", "terraform-cloud", Kind.TERRAFORM, "The rented box and its buckets",
         ("unpushed-commits",), team=True),
    Plot("homelab", "ansible-hosts", Kind.ANSIBLE, "Every machine in the house",
         ("default-branch-drift", "uncommitted-changes", "untracked-files"), team=True),
    Plot("homelab", "ansible-role-backup", Kind.ANSIBLE, "Restic on a timer",
         ("missing-readme", "missing-license")),
    Plot("homelab", "backup-scripts", Kind.PYTHON, "What the role calls", ("inactive",)),
    Plot("homelab", "inventory", Kind.PAGES, "Which cable goes where", ("missing-gitignore",)),
    Plot("kim", "recipe-box", Kind.PYTHON, "Recipes with a search that works"),
    Plot("kim", "photo-sorter", Kind.PYTHON, "Sorts by place and day",
         ("stale-branches", "detached-head")),
    Plot("kim", "weather-station", Kind.PYTHON, "Reads the mast on the roof",
         ("detached-head-orphaned", "uncommitted-changes")),
    Plot("kim", "energy-dashboard", Kind.NODE, "Where the watts go", ("missing-lockfile",)),
    Plot("kim", "budget", Kind.NODE, "Where the money goes",
         ("vendored-dependencies", "remote-mismatch", "uncommitted-changes")),
    Plot("kim", "doorbell", Kind.GO, "Rings, and says who it is"),
    Plot("kim", "garden-sensors", Kind.GO, "Soil, light and water",
         ("no-upstream", "missing-update-bot"), team=True),
    Plot("kim", "libmqtt-py", Kind.PYTHON, "A small MQTT library",
         ("missing-security-policy", "missing-codeowners"), team=True),
    Plot("kim", "units-go", Kind.GO, "Watts, litres and degrees"),
    Plot("kim", "blog", Kind.PAGES, "Notes from the cellar", ("remote-mismatch",)),
    Plot("kim", "dotfiles", Kind.PAGES, "A home to come back to", ("unreadable",)),
    Plot("kim", "old-wiki", Kind.NODE, "Nobody dares to delete it",
         ("no-remote", "detached-head-orphaned", "vendored-dependencies", "large-files",
          "uncommitted-changes")),
)  # fmt: skip
"""The first 24. `faults` name rules, or a worse variant of one (`detached-head-orphaned`)."""

ROOMS = ("attic", "barn", "cellar", "garage", "garden", "hall", "kitchen", "loft", "porch", "shed")


def plots(count: int) -> list[Plot]:
    """Return `count` repositories; after the first 24 every room of the house gets its own."""
    return [plot for plot, _ in zip(_endless(), range(count), strict=False)]


def _endless() -> Iterator[Plot]:
    yield from PLOTS
    for number in numbers():
        pattern = PLOTS[(number * 7) % len(PLOTS)]
        room = ROOMS[number % len(ROOMS)]
        again = number // len(ROOMS)
        name = f"{room}-{pattern.kind.value}{f'-{again + 1}' if again else ''}"
        faults = pattern.faults if number % 3 == 0 else ()
        yield Plot("homelab", name, pattern.kind, f"{pattern.about}, for the {room}", faults,
                   pattern.team)  # fmt: skip


def rule_of(fault: str) -> str:
    """Return the rule that a fault makes hold."""
    return fault.removesuffix("-orphaned")
