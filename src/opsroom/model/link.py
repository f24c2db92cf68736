"""Links and supplies: what the files of a repository ask for, and under which names it is asked.

An edge of the graph is a link that meets a supply of the same target:

    kim/app  --link-->  pkg:npm/@kim/units  <--supply--  kim/units

A link that meets none leads outside the fleet. Both come by the million: they are plain values, and
travel as columns where they are many.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

LinkKind = Literal[
    "package",
    "action",
    "workflow",
    "image",
    "chart",
    "module",
    "role",
    "submodule",
    "hook",
    "template",
    "reference",
    "service",
    "deploys",
]
"""What is asked for: a package of a registry or from Git, an action or a reusable workflow, a
container image (also one to build on), a Helm chart, a Terraform module or provider, a role or
collection of Ansible, a Git submodule, a pre-commit hook, files that this one was made from or
extends, a file at a URL, something that answers on the network, where something is deployed."""


class Phase(StrEnum):
    """When a repository needs what it links to; whoever is run with it is listed first."""

    RUNTIME = "runtime"
    BUILD = "build"
    CI = "ci"
    DEVELOPMENT = "development"


class Sure(StrEnum):
    """How sure it is that a link or a supply means what it seems to mean, surest first.

    `certain`: it names the repository itself (a Git address, an action). `strong`: a name, and more
    that says whose it is (the repository that its manifest names, a private registry, a scope).
    `likely`: a name or a convention alone.
    """

    CERTAIN = "certain"
    STRONG = "strong"
    LIKELY = "likely"


@dataclass(frozen=True, slots=True)
class Link:
    """One thing that one file of a repository asks for.

    `target` is canonical, as `opsroom.judge.graph.targets` makes it; `part` is the path of a
    workflow or a folder within it. The same link is one with equal target, kind, part, path and
    version.
    """

    target: str
    kind: LinkKind
    path: str
    line: int = 0
    part: str = ""
    version: str = ""
    constraint: str = ""
    phase: Phase = Phase.RUNTIME
    direct: bool = True
    sure: Sure = Sure.CERTAIN


@dataclass(frozen=True, slots=True)
class Supply:
    """One name that a repository answers for. `path` is empty where its address says so.

    `private` names are not meant for a public registry.
    """

    target: str
    path: str = ""
    line: int = 0
    version: str = ""
    sure: Sure = Sure.CERTAIN
    private: bool = False


class Edge(NamedTuple):
    """A link that met a supply: `source` needs `target`, both ids of repositories.

    `since` and `since_first` tell since when it is known: it was there already when the repository
    was looked at for the first time, or it came with a later look.
    """

    source: int
    target: int
    kind: LinkKind
    name: str
    path: str
    line: int
    part: str
    version: str
    phase: Phase
    direct: bool
    sure: Sure
    supply: str
    """The path of the manifest that answers for it; empty: its address does."""
    since: int
    """The id of the look that saw it first."""
