"""A Manifest: what one manifest or lockfile holds, read once for each content."""

from dataclasses import dataclass

from opsroom.model.mention import Mention
from opsroom.model.package import Package, Published


@dataclass(frozen=True, slots=True)
class Unread:
    """Something in a manifest that could not be understood, so that its packages are unknown."""

    reason: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one file holds, in the order of the file.

    `edges` are pairs of indexes into `packages`: the first needs the second. `unread` is part of
    the answer: a manifest with it is not known in full.
    """

    packages: tuple[Package, ...] = ()
    edges: tuple[tuple[int, int], ...] = ()
    publishes: tuple[Published, ...] = ()
    unread: tuple[Unread, ...] = ()
    scripts: tuple[str, ...] = ()
    """Names of scripts that run when it is installed (`preinstall`, `postinstall`, ...), of the
    repository's own package, and `name@version: hook` of those that its lock knows of."""
    mentions: tuple[Mention, ...] = ()
    """Names in it that are no packages."""
