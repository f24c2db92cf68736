"""The equipment: which scanners this centre goes by, which of them are here, and their rules.

`dependencies` and `threats` are scanners like the others to whoever asks, and are made here: they
go by the inventory of manifests, and compare it with advisories and with the look before.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from opsroom import __version__
from opsroom.discover import discover
from opsroom.errors import SettingsError, UsageError
from opsroom.judge import graph
from opsroom.judge.threats import REVISION, threats
from opsroom.model.nearest import nearest
from opsroom.observe.formats import formats, key_name
from opsroom.observe.scanners import Missing, Offer, Scanner
from opsroom.settings import Settings

DEPENDENCIES = "dependencies"
SECRETS = "secrets"
THREATS = "threats"
OWN = (DEPENDENCIES, THREATS)


@dataclass(frozen=True, slots=True)
class Equipment:
    """`scanners` by their names, as far as they are programs or rules that read files; `offers`
    for all that were chosen, `dependencies` and `threats` with them. `severities` changes when what
    settings say of rules does: that counts when hits are recorded."""

    scanners: Mapping[str, Scanner]
    offers: Mapping[str, Offer | Missing]
    severities: str = ""

    def history(self, name: str) -> bool:
        """Whether a scanner also reads the past, and what is not committed yet."""
        return name in self.scanners and self.scanners[name].history


@cache
def known_scanners() -> Mapping[str, Scanner]:
    """Every scanner that reads files, by its name."""
    return {
        name.replace("_", "-"): found
        for name, found in discover("opsroom.observe.scanners", Scanner)
    }


def names() -> list[str]:
    """Every name that settings and calls may say."""
    return sorted((*known_scanners(), *OWN))


def equip(settings: Settings) -> Equipment:
    """What is chosen and here now. Programs may be asked for their version: call it in a thread."""
    wanted = settings.scan.scanners
    chosen = {
        name: scanner
        for name, scanner in known_scanners().items()
        if (scanner.default if wanted is None else name in wanted)
    }
    offers: dict[str, Offer | Missing] = {name: each.offer() for name, each in chosen.items()}
    own = {DEPENDENCIES: _formats, THREATS: _threats}
    offers |= {
        name: Offer(__version__, rules())
        for name, rules in own.items()
        if wanted is None or name in wanted
    }
    overrides = settings.limits.overrides
    severities = _digest(each.model_dump_json() for each in overrides) if overrides else ""
    return Equipment(chosen, offers, severities)


def refuse_unknown_scanners(settings: Settings) -> None:
    """Refuse a name in `[scan] scanners` that no scanner has.

    Raises:
        SettingsError: names the scanner and the nearest one.
    """
    for name in settings.scan.scanners or ():
        if name not in names():
            raise SettingsError(f"{settings.file}: [scan] scanners names no {name!r}", _near(name))


def chosen(equipment: Equipment, wanted: Iterable[str]) -> tuple[str, ...]:
    """The names of the scanners that a caller asks for; none: all of the equipment.

    Raises:
        UsageError: there is no such scanner, or the settings leave it out.
    """
    asked = tuple(dict.fromkeys(name.strip().lower().replace("_", "-") for name in wanted))
    for name in asked:
        if name not in names():
            raise UsageError(f"no scanner {name[:60]!r}", _near(name))
        if name not in equipment.offers:
            here = ", ".join(sorted(equipment.offers)) or "none"
            raise UsageError(
                f"{name} is not among the scanners that the settings choose",
                f"[scan] scanners chooses: {here}",
            )
    return asked or tuple(sorted(equipment.offers))


def _near(name: str) -> str:
    near = nearest(name, names())
    return f"did you mean {near!r}?" if near else f"there is: {', '.join(names())}"


@cache
def _formats() -> str:
    """A digest of every format and its revision, and of what the graph makes of them."""
    read = [key_name(name, each) for name, each in formats().items()]
    return _digest((*read, f"graph@{graph.REVISION}"))


@cache
def _threats() -> str:
    """A digest of the rules about threats."""
    return _digest((*threats(), str(REVISION)))


def _digest(words: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(sorted(words)).encode()).hexdigest()[:16]
