"""The rules that a SARIF document lists: every check, and what scanners reported, with help."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from opsroom.judge.examination import built_in
from opsroom.model.finding import Finding
from opsroom.model.severity import Severity

LEVELS: Mapping[Severity, str] = {
    Severity.INFO: "note",
    Severity.LOW: "note",
    Severity.MEDIUM: "warning",
    Severity.HIGH: "error",
    Severity.CRITICAL: "error",
}
WEIGHTS: Mapping[Severity, str] = {
    Severity.INFO: "0.0",
    Severity.LOW: "3.0",
    Severity.MEDIUM: "5.5",
    Severity.HIGH: "8.0",
    Severity.CRITICAL: "9.5",
}
"""What code-scanning pages sort security rules by: a number in the range of CVSS 3.1's word."""
WORDS = {
    "vulnerable-dependency": "A package in a version that an advisory names.",
    "malicious-dependency": "A package that was made to do harm.",
    "leaked-secret": "A credential in files or in the history.",
    "host/code": "An alert of the host's own code scanning.",
}


def rules_of(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Every check, then each rule of scanners that a finding has, in the order of their names."""
    checks = built_in()
    told = {
        rule: _rule(rule, check.what, check.why, check.fix, check.severity)
        for rule, check in checks.items()
    }
    reported: dict[str, Finding] = {}
    for finding in findings:
        known = reported.get(finding.rule)
        if known is None or known.severity.rank < finding.severity.rank:
            reported[finding.rule] = finding
    for rule, finding in sorted(reported.items()):
        if rule not in told:
            told[rule] = _of_scanner(rule, finding)
    return list(told.values())


def _of_scanner(rule: str, worst: Finding) -> dict[str, Any]:
    """A rule of a scanner: what is known of the rule, else of its scanner, and the advice that its
    worst finding carries."""
    from opsroom.judge.threats import threats
    from opsroom.operations.scans.equipment import known_scanners

    threat = threats().get(rule)
    if threat is not None:
        told = _rule(rule, threat.what, threat.why, threat.fix, worst.severity)
    else:
        by_rule = (
            scanner.what
            for scanner in known_scanners().values()
            if any(fnmatchcase(rule, pattern) for pattern in scanner.rules)
        )
        what = WORDS.get(rule) or next(by_rule, f"Reported by {worst.scanner or 'a scanner'}.")
        told = _rule(rule, what, what, worst.remediation or what, worst.severity)
    properties = {"tags": ["security"], "security-severity": WEIGHTS[worst.severity]}
    return {**told, "properties": properties}


def _rule(rule: str, what: str, why: str, fix: str, severity: Severity) -> dict[str, Any]:
    return {
        "id": rule,
        "shortDescription": {"text": what},
        "fullDescription": {"text": why},
        "help": {"text": fix},
        "defaultConfiguration": {"level": LEVELS[severity]},
    }
