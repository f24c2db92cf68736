"""A Threat: a rule about what moved between two looks at a repository.

Pure: what was known before, what is known now, and nothing else. The first look has no `before`:
then a rule says only what is wrong whatever was there before.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from opsroom.model.package import Package, Published
from opsroom.model.scan import Hit
from opsroom.model.severity import Severity


@dataclass(frozen=True, slots=True)
class Workflow:
    """What one CI workflow may do, as its file says: only what threats are told from."""

    path: str
    triggers: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()
    """By name; `*`: all of them as one text; `inherit`: all, to a workflow that it calls."""
    permissions: frozenset[str] = frozenset()
    """`scope: level` of everything that may write, and `write-all`."""
    uses: frozenset[str] = frozenset()
    runs_proposal: bool = False
    """It checks out what a pull request proposes, or what the run before it ran on."""
    lines: tuple[tuple[str, int], ...] = ()
    """Where each trigger (`on:NAME`), secret (`secret:NAME`) and permission stands, and the step
    that checks out a proposal (`checkout`)."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known of one repository at one commit. `refs` are the tips of branches and tags.

    `owned` are the names (purl without version) that repositories of the fleet publish, `internal`
    those of them which are not meant for a public registry, and `common` those that several
    repositories of the fleet use.
    """

    commit: str
    packages: tuple[tuple[str, Package], ...] = ()
    """With the path of the manifest that names each."""
    publishes: tuple[tuple[str, Published], ...] = ()
    scripts: tuple[tuple[str, str], ...] = ()
    """The path of a manifest, and a script that runs on installation."""
    workflows: tuple[Workflow, ...] = ()
    default_branch: str = ""
    forced: tuple[tuple[str, str, str], ...] = ()
    """Branches whose new head doesn't hold the old one: name, old, new."""
    owned: frozenset[str] = frozenset()
    internal: frozenset[str] = frozenset()
    common: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()
    """Keys of names that the fleet claims, and that another repository than the one that does has
    from the public registry, as its lockfile says."""
    names: frozenset[str] = frozenset()
    """The `owner/name` that the repository has or had."""
    fork: bool = False
    secrets: tuple[Hit, ...] = field(default=())
    """What the secret scanner saw in the files of today."""


@dataclass(frozen=True, slots=True)
class Threat:
    """One rule: its id is the name of its file.

    What a rule reports once appeared lasts while it is there. An `event` has happened: nothing that
    is seen later takes it back, only whoever looked into it.
    """

    look: Callable[[Scene, Scene | None], Iterable[Hit]]
    severity: Severity
    what: str
    why: str
    fix: str
    event: bool = False
