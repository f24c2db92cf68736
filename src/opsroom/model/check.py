"""A check: a pure function from a snapshot to outcomes, and its documentation.

An outcome has three values. `YES`: the rule's statement holds, and becomes a finding. `NO`: it
was looked at and doesn't hold. `UNKNOWN`: it could not be told, with the reason; never a finding
and never fine.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from opsroom.model.limits import Limits
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot


class Verdict(StrEnum):
    """The three values of an outcome."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check saw of one subject (a work tree, a branch, a file).

    `subject` tells findings of one rule apart and goes into the fingerprint, so it must not
    hold counts or dates. `severity` overrides the rule's own, `fix` its remediation.
    """

    verdict: Verdict
    subject: str = ""
    message: str = ""
    location: str = ""
    severity: Severity | None = None
    fix: str = ""


def yes(
    message: str,
    *,
    subject: str = "",
    location: str = "",
    severity: Severity | None = None,
    fix: str = "",
) -> Outcome:
    """The rule's statement holds: a finding."""
    return Outcome(Verdict.YES, subject, message, location or subject, severity, fix)


def no(subject: str = "") -> Outcome:
    """Looked at, and it doesn't hold."""
    return Outcome(Verdict.NO, subject)


def unknown(reason: str, subject: str = "") -> Outcome:
    """It could not be told; `reason` says why."""
    return Outcome(Verdict.UNKNOWN, subject, reason)


Look = Callable[[Snapshot, Snapshot | None, Limits, datetime], Iterable[Outcome]]


@dataclass(frozen=True, slots=True)
class Check:
    """One rule: its id is the name of its file.

    `severity` counts in the profiles team and public, `personal` in a private or single-author
    repository (None: the same). `public` overrides for public repositories.
    """

    look: Look
    severity: Severity
    what: str
    why: str
    fix: str
    personal: Severity | None = None
    public: Severity | None = None
