"""Health: 100 minus one cost a rule, so that it can be explained finding by finding.

A rule costs what its worst finding costs, however many there are: ten forgotten stashes are one
habit. The rules of one scanner (`zizmor/...`) are one rule here, and all vulnerable dependencies
are; a flaw in what is only there for development weighs a step less, malware never. A repository
that no scanner looked at loses nothing, and its coverage says so.

Facts that could not be observed cost nothing and are never green: what is known keeps its yellow or
red, and what would have been green is unknown.
"""

from collections.abc import Iterable

from opsroom.model.facts import Unknown
from opsroom.model.finding import Finding, FindingState, KeptFinding
from opsroom.model.health import Cost, Grade, Health
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot
from opsroom.model.text import plain

POINTS = {
    Severity.INFO: 0,
    Severity.LOW: 3,
    Severity.MEDIUM: 10,
    Severity.HIGH: 25,
    Severity.CRITICAL: 55,
}
"""What the worst finding of a rule takes off."""

UNREADABLE = "unreadable"
"""The rule that tells of a failed observation: shown as a finding, counted as unknown."""

GREEN = 80
YELLOW = 50


def health(findings: Iterable[Finding], failures: tuple[str, ...], *, observed: bool) -> Health:
    """Return the health that findings and failed observations make.

    `failures` are the reasons of groups that could not be observed; `observed` is whether any
    group could be.
    """
    costs = _costs(findings)
    score = max(0, 100 - sum(cost.points for cost in costs))
    grade = _grade(score, max((cost.severity.rank for cost in costs), default=0))
    if not observed or (failures and grade is Grade.GREEN):
        return Health(grade=Grade.UNKNOWN, score=None, costs=costs, unknown=failures)
    return Health(grade=grade, score=score, costs=costs, unknown=failures)


def health_of(kept: Iterable[KeptFinding], snapshot: Snapshot) -> Health:
    """Return the health that a repository's open findings make, and what could not be observed."""
    counted = (each.finding for each in kept if each.state is FindingState.OPEN)
    return health(counted, failures(snapshot), observed=observed(snapshot))


def failures(snapshot: Snapshot) -> tuple[str, ...]:
    """Return each reason why a group of facts could not be observed, once."""
    several = len(snapshot.clones) > 1
    cloned = (
        f"{plain(clone.clone.path)}: {plain(group.reason)}" if several else plain(group.reason)
        for clone in snapshot.clones
        for group in clone.groups
        if isinstance(group, Unknown)
    )
    hosted = (plain(group.reason) for group in snapshot.hosted if isinstance(group, Unknown))
    return tuple(dict.fromkeys((*cloned, *hosted)))


def observed(snapshot: Snapshot) -> bool:
    """Whether any group of facts was really looked at."""
    return any(not isinstance(group, Unknown) for group in snapshot.groups)


def family(finding: Finding) -> str:
    """Return what a finding counts among: its rule, or all those of its scanner (`zizmor/*`)."""
    scanner, slash, _ = finding.rule.partition("/")
    return f"{scanner}/*" if finding.scanner and slash else finding.rule


def weight(finding: Finding) -> Severity:
    """Return how bad a finding is for the repository that has it."""
    flaw = finding.advisory
    if flaw is None or not flaw.dev or flaw.malicious:
        return finding.severity
    return list(Severity)[max(0, finding.severity.rank - 1)]


def _costs(findings: Iterable[Finding]) -> tuple[Cost, ...]:
    worst: dict[str, tuple[Severity, int]] = {}
    for finding in findings:
        severity = weight(finding)
        if finding.rule != UNREADABLE and POINTS[severity]:
            rule = family(finding)
            known, count = worst.get(rule, (severity, 0))
            worst[rule] = max(known, severity, key=lambda s: s.rank), count + 1
    costs = (
        Cost(rule=rule, severity=severity, points=POINTS[severity], count=count)
        for rule, (severity, count) in worst.items()
    )
    return tuple(sorted(costs, key=lambda cost: (-cost.points, cost.rule)))


def _grade(score: int, worst: int) -> Grade:
    if score < YELLOW or worst >= Severity.CRITICAL.rank:
        return Grade.RED
    return Grade.GREEN if score >= GREEN and worst < Severity.HIGH.rank else Grade.YELLOW
