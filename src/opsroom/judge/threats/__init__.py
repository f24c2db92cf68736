"""Threats: what moved between two looks at a repository and looks like an attack.

Each rule is pure, one file each, a `Threat` of `opsroom.model.threat`; `look` asks them all.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from opsroom.discover import discover
from opsroom.model.scan import Hit
from opsroom.model.threat import Scene, Threat

REVISION = 2
"""Of the rules together. Raised when what they report could change."""

NOTHING = Scene(commit="")
"""A repository in which nothing is."""


@dataclass(frozen=True, slots=True)
class Threatened:
    """What the rules say now.

    `hits` are new. `there` is all that would be new had nothing been known: a finding of before
    lasts as long as its hit is among them. `failed` are rules that are broken, with the reason:
    what they would have said is unknown.
    """

    hits: tuple[Hit, ...]
    there: tuple[Hit, ...]
    failed: tuple[tuple[str, str], ...] = ()


@cache
def threats() -> Mapping[str, Threat]:
    """Return the rules of `judge/threats` by their id."""
    found = discover("opsroom.judge.threats", Threat)
    return {name.replace("_", "-"): threat for name, threat in found}


def events() -> Collection[str]:
    """Return the rules about what has happened: later looks never take such a finding back."""
    return [rule for rule, threat in threats().items() if threat.event]


def look(scene: Scene, before: Scene | None) -> Threatened:
    """Ask every rule. `before` is the look that was known until now; None: this is the first.

    A rule that fails is a mistake of ours: the others go on.
    """
    hits: list[Hit] = []
    there: list[Hit] = []
    failed: list[tuple[str, str]] = []
    for rule, threat in threats().items():
        try:
            now = list(threat.look(scene, before))
            lasting = list(threat.look(scene, NOTHING))
        except Exception as error:  # noqa: BLE001 - one broken rule must not stop the others
            failed.append((rule, f"the rule {rule} failed: {type(error).__name__}"))
            continue
        hits += now
        there += lasting
    return Threatened(tuple(hits), tuple(there), tuple(failed))
