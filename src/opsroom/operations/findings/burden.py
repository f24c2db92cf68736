"""How the open findings of a fleet came about: by age, and day by day.

Computed from the lives of findings alone. A finding that was reopened counts from its last
opening: what was before is in the journal. What a first look found is open since that look, for
nobody knows since when it really is.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from opsroom.model.finding import FindingState, KeptFinding
from opsroom.model.severity import Severity
from opsroom.model.value import Value

AGES: tuple[tuple[str, timedelta], ...] = (
    ("a day", timedelta(days=1)),
    ("a week", timedelta(days=7)),
    ("a month", timedelta(days=30)),
    ("a quarter", timedelta(days=91)),
)
"""The upper ends of the steps in which ages are told; the last step has none."""
OLDER = "older"
WORST_FIRST = tuple(reversed(Severity))


class Aged(Value):
    """Open findings of one severity by age: counts for `AGES`, and the older ones at the end."""

    severity: Severity
    counts: tuple[int, ...]


class Day(Value):
    """What was open at the end of one day (UTC), worst severity first, and what moved in it."""

    day: date
    open: dict[Severity, int]
    opened: int
    fixed: int


def by_age(findings: Iterable[KeptFinding], now: datetime) -> list[Aged]:
    """How old the open ones are, by severity, worst first; every severity is there."""
    counts: Counter[tuple[Severity, int]] = Counter(
        (kept.finding.severity, _step(now - kept.opened_at))
        for kept in findings
        if kept.state is FindingState.OPEN
    )
    steps = range(len(AGES) + 1)
    return [
        Aged(severity=severity, counts=tuple(counts[severity, step] for step in steps))
        for severity in WORST_FIRST
    ]


def _step(age: timedelta) -> int:
    return next((step for step, (_, end) in enumerate(AGES) if age < end), len(AGES))


def by_day(findings: Iterable[KeptFinding], today: date, days: int) -> list[Day]:
    """The last `days` days, oldest first, `today` being the last."""
    first = today - timedelta(days=days - 1)
    opened: Counter[tuple[date, Severity]] = Counter()
    ended: Counter[tuple[date, Severity]] = Counter()
    news: Counter[date] = Counter()
    fixed: Counter[date] = Counter()
    for kept in findings:
        severity = kept.finding.severity
        began = max(kept.opened_at.date(), first - timedelta(days=1))
        opened[began, severity] += 1
        if not kept.baseline:
            news[kept.opened_at.date()] += 1
        if kept.state is not FindingState.OPEN:
            end = kept.closed_at or (kept.suppression.at if kept.suppression else kept.opened_at)
            ended[max(end.date(), first - timedelta(days=1)), severity] += 1
            if kept.state is FindingState.FIXED:
                fixed[end.date()] += 1
    standing: Counter[Severity] = Counter()
    told: list[Day] = []
    for number in range(-1, days):
        day = first + timedelta(days=number)
        for severity in WORST_FIRST:
            standing[severity] += opened[day, severity] - ended[day, severity]
        if number >= 0:
            counts = {severity: standing[severity] for severity in WORST_FIRST}
            told.append(Day(day=day, open=counts, opened=news[day], fixed=fixed[day]))
    return told
