"""How bad a flaw is, as databases say it: CVSS of several versions, or a word."""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from cvss import CVSS2, CVSS3, CVSS4  # type: ignore[import-untyped]  # it has no types
from cvss.exceptions import CVSSError  # type: ignore[import-untyped]  # it has no types

from opsroom.model.severity import Severity

WORDS = {
    "none": Severity.INFO,
    "negligible": Severity.INFO,
    "unimportant": Severity.INFO,
    "informational": Severity.INFO,
    "low": Severity.LOW,
    "minor": Severity.LOW,
    "moderate": Severity.MEDIUM,
    "medium": Severity.MEDIUM,
    "important": Severity.HIGH,
    "high": Severity.HIGH,
    "critical": Severity.CRITICAL,
}
"""The words of GitHub, Debian, Ubuntu, Red Hat and Rust for how bad a flaw is."""

STEPS = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM))
"""The qualitative scale of the CVSS specifications, 3.0 and later; below: low, and 0 is none."""

LONGEST = 500
"""Characters of a vector."""


class Gravity(NamedTuple):
    """A severity, and the CVSS that it comes from, if any."""

    severity: Severity | None = None
    score: float | None = None
    vector: str = ""


def newest(vectors: Iterable[str]) -> tuple[Gravity, bool]:
    """What the newest version of CVSS says, of several vectors of that the highest.

    True: some of them can't be read.
    """
    best, unread = Gravity(), False
    for vector in vectors:
        found = scored(vector)
        if found is None:
            unread = True
        elif (found.vector[:8], found.score or 0) > (best.vector[:8], best.score or 0):
            best = found
    return best, unread


@lru_cache(maxsize=8_192)
def scored(vector: str) -> Gravity | None:
    """What one vector says; None: it can't be read."""
    try:
        base = _base(vector) if len(vector) <= LONGEST else None
    except (CVSSError, ValueError, TypeError, KeyError, ArithmeticError):
        return None
    if base is None:
        return None
    return Gravity(of_score(float(base)), float(base), vector)


def _base(vector: str) -> Decimal | float | None:
    base: Decimal | float | None
    if vector.startswith("CVSS:4"):
        base = CVSS4(vector).base_score
    elif vector.startswith("CVSS:3"):
        base = CVSS3(vector).base_score
    else:
        base = CVSS2(vector.strip("()")).base_score
    return base


def of_score(score: float) -> Severity:
    """The severity of a CVSS score."""
    for least, severity in STEPS:
        if score >= least:
            return severity
    return Severity.LOW if score > 0 else Severity.INFO


def worst_word(words: Iterable[object]) -> Severity | None:
    """The worst severity that some words name; None: none of them names one."""
    named = (WORDS.get(word.strip().lower()) for word in words if isinstance(word, str))
    return max((each for each in named if each), key=lambda each: each.rank, default=None)
