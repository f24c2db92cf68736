"""An Inventory: which manifests one commit of a repository holds, and what could not be read.

The content of a manifest is kept once for each (digest, format), whoever has it; an inventory says
which of them a repository has, and where.
"""

from dataclasses import dataclass

from opsroom.model.scan import Skipped


@dataclass(frozen=True, slots=True)
class KnownManifest:
    """What is known of a content that was parsed: whether there is anything in it, and the first
    thing that was not understood; empty: all was."""

    full: bool
    unread: str = ""


@dataclass(frozen=True, slots=True)
class InventoryFile:
    """One file that a format reads. `format` is `name@revision`, `digest` SHA-256 in hex.

    `reason` says why nothing is known of its packages; None: they are those of its manifest.
    `partly`: some of its entries were not understood, so that there may be more.
    """

    path: str
    format: str
    digest: str
    reason: str | None = None
    partly: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """What its manifest is kept under."""
        return self.digest, self.format


@dataclass(frozen=True, slots=True)
class Inventory:
    """Every manifest of `commit`, in the order of paths.

    A file that two formats read is in it twice. `skipped` are manifests that were not opened at
    all.
    """

    commit: str
    files: tuple[InventoryFile, ...] = ()
    skipped: tuple[Skipped, ...] = ()
