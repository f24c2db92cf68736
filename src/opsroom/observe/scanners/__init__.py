"""Scanners: programs and rules that look at the files of one commit; one a file.

    an export (files of a commit, links and other tools' configuration taken out)
      -> a scanner, bounded in time, memory and output, with its own configuration
      -> hits, and the proof of what it read

A scanner's silent zero is unknown: it proves what it read, or says why it can't.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsroom.model.scan import Hit, Skipped

if TYPE_CHECKING:
    from opsroom.clients.git.exports import Export


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one look at one repository may take: seconds, bytes of memory, bytes of output."""

    seconds: float = 180.0
    memory: int = 3 << 30
    output: int = 64 << 20


@dataclass(frozen=True, slots=True)
class Offer:
    """What is installed: its version, and a digest of the rules that it goes by."""

    version: str
    rules: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a scanner can't be used on this machine, and how it could be."""

    reason: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What a scanner saw. `reason`: why nothing is known; None: it looked.

    `files` were really read and `kinds` are the languages and formats among them, as the scanner
    proves; `skipped` is what it left out. `kept` is a short text of its own that it gets back as
    `Export.recall` at the next look by the same rules. `onward`: it came some way, and the next
    look, which is due at once, goes on from there.
    """

    hits: tuple[Hit, ...] = ()
    files: int = 0
    kinds: frozenset[str] = frozenset()
    skipped: tuple[Skipped, ...] = ()
    reason: str | None = None
    kept: str = ""
    onward: bool = False


@dataclass(frozen=True, slots=True)
class Scanner:
    """One scanner. Its name is that of its file, with hyphens.

    `offer` is cheap and may be asked often. `kinds` are names of `opsroom.observe.kinds`: without
    a file of one of them in an export, there is nothing to look at, and it isn't started. `rules`
    are globs over the rule ids that it may report. `history`: it also reads past commits, so it
    has to look again when any ref moves. `default`: it runs unless settings say otherwise.
    `optional`: it doesn't come with the extra `scan`, and it is no gap where it isn't installed.
    """

    look: Callable[["Export", Bounds], Look]
    offer: Callable[[], Offer | Missing]
    kinds: frozenset[str]
    rules: tuple[str, ...]
    what: str
    history: bool = False
    default: bool = True
    optional: bool = False
