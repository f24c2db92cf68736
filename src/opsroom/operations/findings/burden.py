"""How the open findings of a fleet came about: by age, and day by day.

Computed from the lives of findings alone. A finding that was reopened counts from its last
opening: what was before is in the journal. What a first look found is open since that look, for
nobody knows since when it really is.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

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


class Lives(NamedTuple):
    """What the findings of one repository add to the burden, whatever the time is.

    `opened` are the open ones: the rank of the severity, and when (seconds since 1970). `moves`
    count by what happened (`opened` and `ended`, of those `news` and `fixed`), the day as its
    ordinal, and the rank.
    """

    opened: tuple[tuple[int, float], ...]
    moves: Mapping[tuple[str, int, int], int]


def lives(findings: Iterable[KeptFinding]) -> Lives:
    """Sum the lives of findings up, once for as long as they stay as they are."""
    opened: list[tuple[int, float]] = []
    moves: Counter[tuple[str, int, int]] = Counter()
    for kept in findings:
        rank, day = kept.finding.severity.rank, kept.opened_at.toordinal()
        moves["opened", day, rank] += 1
        if not kept.baseline:
            moves["news", day, rank] += 1
        if kept.state is FindingState.OPEN:
            opened.append((rank, kept.opened_at.timestamp()))
            continue
        end = kept.closed_at or (kept.suppression.at if kept.suppression else kept.opened_at)
        moves["ended", end.toordinal(), rank] += 1
        if kept.state is FindingState.FIXED:
            moves["fixed", end.toordinal(), rank] += 1
    return Lives(tuple(opened), dict(moves))


def by_age(several: Iterable[Lives], now: datetime) -> list[Aged]:
    """How old the open ones are, by severity, worst first; every severity is there."""
    youngest = [-(now - end).timestamp() for _, end in AGES]
    counts = [[0] * (len(AGES) + 1) for _ in Severity]
    for one in several:
        for rank, at in one.opened:
            counts[rank][bisect_right(youngest, -at)] += 1
    return [Aged(severity=each, counts=tuple(counts[each.rank])) for each in WORST_FIRST]


def by_day(several: Iterable[Lives], today: date, days: int) -> list[Day]:
    """The last `days` days, oldest first, `today` being the last."""
    first = today.toordinal() - days + 1
    moves: Counter[tuple[str, int, int]] = Counter()
    for one in several:
        for move, number in one.moves.items():
            moves[move if move[1] >= first else (move[0], first - 1, move[2])] += number
    standing = dict.fromkeys(WORST_FIRST, 0)
    told: list[Day] = []
    for day in range(first - 1, first + days):
        news = fixed = 0
        for severity in WORST_FIRST:
            rank = severity.rank
            standing[severity] += moves["opened", day, rank] - moves["ended", day, rank]
            news += moves["news", day, rank]
            fixed += moves["fixed", day, rank]
        if day >= first:
            one_day = date.fromordinal(day)
            told.append(Day(day=one_day, open=dict(standing), opened=news, fixed=fixed))
    return told
