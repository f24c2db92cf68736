"""A Package: one package that a manifest names, as it names it.

Packages come by the hundred thousand, so they are plain values and not models, and travel as
columns. Text in them was written by strangers: it is data.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Package:
    """One package, once for each version and place in a manifest.

    `purl` is without version, in the canonical form of the package-url specification
    (`pkg:npm/%40scope/name`). `version` is exact, as the ecosystem writes it; empty where only
    `constraint` is known. For an image `version` is its tag and `digest` what it is pinned to; for
    an action or a Git dependency `version` is the tag, branch or commit; where a lock tells the
    version that Git brought, it is that, and the commit stands in `origin`.
    """

    purl: str
    version: str = ""
    constraint: str = ""
    """What was asked for, as written; empty where the format doesn't say."""
    direct: bool | None = None
    """Whether the repository itself asks for it; None: this file alone doesn't tell."""
    dev: bool = False
    """Only for development, tests or a build: not there at run time."""
    origin: str = ""
    """Where it comes from, when that is not the ecosystem's public registry: `git+https://...`,
    `path:../lib`, `workspace:packages/ui`, `registry:https://npm.example.org/`, `url:https://...`.
    Without credentials."""
    digest: str = ""
    """`sha256:...` of a pinned image; empty for everything else."""
    line: int = 0
    """Where it stands in its file, from 1; 0: that can't be told."""
    part: str = ""
    """What of it is used: the path of a workflow, the folder of an action, a module or a chart."""


@dataclass(frozen=True, slots=True)
class Published:
    """A package that the repository itself makes, as its manifest says. `version` may be empty.

    `private` packages are not meant for the public registry. `{owner}` and `{name}` in the purl
    stand for those of the repository whose CI makes it, as `${{ github.repository }}` does.
    """

    purl: str
    version: str = ""
    private: bool = False
    line: int = 0
    home: str = ""
    """The repository that the manifest says it is of, `git+https://host/owner/name`; or empty."""
    part: str = ""
    """The folder or file of the repository that it is made from, where the manifest tells."""
