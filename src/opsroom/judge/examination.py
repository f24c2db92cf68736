"""An examination: every check run on one snapshot, and the health that follows."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cache

from opsroom.discover import discover
from opsroom.judge import health as judged
from opsroom.judge import profile as standards
from opsroom.judge.scope import Scope
from opsroom.model.check import Check, Outcome, Verdict, unknown
from opsroom.model.finding import Finding
from opsroom.model.health import Health
from opsroom.model.limits import Limits, Profile
from opsroom.model.nearest import nearest
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot
from opsroom.model.text import plain

MESSAGE = 300
"""Characters of a message."""
LOCATION = 1000
"""Characters of a location: a path is of no use when it is cut."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What the checks saw of one repository.

    `findings` come worst first. `unknown` holds `(rule, reason)`. `looked` holds the rules that
    saw everything they asked for; `cleared`, for the others, the fingerprints of what they did
    see and found in order; `off` the rules that settings switched off.
    """

    profile: Profile
    findings: tuple[Finding, ...]
    unknown: tuple[tuple[str, str], ...]
    health: Health
    cleared: frozenset[str]
    looked: frozenset[str]
    off: frozenset[str]

    def proves_gone(self, finding: Finding) -> bool:
        """Whether the checks would have seen it: its rule was looked at there, or everywhere."""
        return not finding.scanner and (
            finding.fingerprint in self.cleared or finding.rule in self.looked
        )

    def is_off(self, finding: Finding) -> bool:
        """Whether settings switched the check off."""
        return not finding.scanner and finding.rule in self.off


@cache
def built_in() -> Mapping[str, Check]:
    """Return the checks of this package by rule id."""
    found = discover("opsroom.judge.checks", Check)
    return {name.replace("_", "-"): check for name, check in found}


def unknown_rules(
    limits: Limits, checks: Mapping[str, Check] | None = None, scanned: Collection[str] = ()
) -> list[tuple[str, str | None]]:
    """Return each rule that settings name and that nobody reports, with the nearest that exists.

    `scanned` are globs over the rules that scanners may report (`ruff/S*`). A setting may name
    one of those rules, or several with a glob of its own.
    """
    known = [*(built_in() if checks is None else checks), *scanned]
    rules = dict.fromkeys(override.rule for override in limits.overrides)
    return [
        (rule, nearest(rule, known))
        for rule in rules
        if not any(fnmatchcase(each, rule) or fnmatchcase(rule, each) for each in known)
    ]


def fingerprint(rule: str, key: str, subject: str) -> str:
    """Return 16 hexadecimal digits: the same as long as it is the same rule of the same thing."""
    parts = "\0".join((rule, key, subject))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def examine(
    snapshot: Snapshot,
    before: Snapshot | None,
    limits: Limits,
    now: datetime,
    checks: Mapping[str, Check] | None = None,
) -> Examination:
    """Run `checks` (the built-in ones) on a snapshot.

    `before` is the snapshot that was known until now. A check that fails is a mistake of ours:
    its rule becomes unknown and the others go on.
    """
    held_to = standards.profile(snapshot, limits)
    scope = Scope(snapshot, held_to)
    key = snapshot.repository.key
    findings: dict[str, Finding] = {}
    reasons: dict[tuple[str, str], None] = {}
    cleared: set[str] = set()
    looked: set[str] = set()
    off: set[str] = set()
    for rule, check in (built_in() if checks is None else checks).items():
        forced, is_set = override(rule, scope, limits)
        if is_set and forced is None:
            off.add(rule)
            continue
        outcomes = _outcomes(check, snapshot, before, limits, now)
        unsure = {plain(o.message): None for o in outcomes if o.verdict is Verdict.UNKNOWN}
        reasons |= {(rule, reason): None for reason in unsure}
        if not unsure:
            looked.add(rule)
        for outcome in outcomes:
            if outcome.verdict is Verdict.NO and unsure:
                cleared.add(fingerprint(rule, key, outcome.subject))
            elif outcome.verdict is Verdict.YES:
                mark = fingerprint(rule, key, outcome.subject)
                severity = forced or outcome.severity or standards.severity(check, held_to)
                finding = _finding(rule, check, outcome, severity, mark)
                findings[mark] = _worse(findings.get(mark), finding)
    ordered = tuple(sorted(findings.values(), key=_worst_first))
    failures = judged.failures(snapshot)
    return Examination(
        profile=held_to,
        findings=ordered,
        unknown=tuple(reasons),
        health=judged.health(ordered, failures, observed=judged.observed(snapshot)),
        cleared=frozenset(cleared - findings.keys()),
        looked=frozenset(looked),
        off=frozenset(off),
    )


def _outcomes(
    check: Check, snapshot: Snapshot, before: Snapshot | None, limits: Limits, now: datetime
) -> Iterable[Outcome]:
    try:
        return list(check.look(snapshot, before, limits, now))
    except Exception as error:  # noqa: BLE001 - one broken check must not stop the others
        return [unknown(f"check failed: {type(error).__name__}: {error}")]


def override(rule: str, scope: Scope, limits: Limits) -> tuple[Severity | None, bool]:
    """Return what settings say of a rule here (None: off), and whether they say anything."""
    for each in reversed(limits.overrides):
        if fnmatchcase(rule, each.rule) and each.where.matches(scope):
            return each.severity, True
    return None, False


def _finding(rule: str, check: Check, outcome: Outcome, severity: Severity, mark: str) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        message=plain(outcome.message, MESSAGE),
        location=plain(outcome.location, LOCATION),
        remediation=outcome.fix or check.fix,
        fingerprint=mark,
    )


def _worse(known: Finding | None, finding: Finding) -> Finding:
    return known if known and known.severity.rank >= finding.severity.rank else finding


def _worst_first(finding: Finding) -> tuple[int, str, str, str]:
    return -finding.severity.rank, finding.rule, finding.location, finding.fingerprint
