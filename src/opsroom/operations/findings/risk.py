"""Risk as the page shows it: what is open, how old, how it came about, and what is unlooked at."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from pydantic import Field

from opsroom.model.advisory import AdvisoryData
from opsroom.model.coverage import Coverage
from opsroom.model.finding import FindingState
from opsroom.model.severity import Severity
from opsroom.model.value import Value
from opsroom.model.where import Where
from opsroom.operations.advisories import told_data
from opsroom.operations.findings.burden import AGES, OLDER, Aged, Day, by_age, by_day
from opsroom.operations.findings.groups import FindingGroup, GroupBy, Held, grouped
from opsroom.operations.findings.search import meant
from opsroom.operations.fleet import Row
from opsroom.operations.room import Room
from opsroom.operations.scans.coverage import ScanNumbers, numbers, reasons, standing, unlooked

DAYS = 30
GROUPS = 25
REPOSITORIES = 100
LEAST = Severity.MEDIUM
"""What is less is not among the groups that are to be looked at first."""


class RiskGroup(FindingGroup):
    """A group with what it is grouped by, and how many repositories it is in."""

    kind: GroupBy
    repositories_count: int


class RiskRow(Value):
    """One repository with something open."""

    name: str
    findings: dict[Severity, int]
    oldest: datetime | None = Field(description="the oldest open finding that is high or worse")
    scanned: str = Field(description="whole, part, old or never")
    unlooked: list[str]


class Risk(Value):
    """The risk of a fleet. Strings out of repositories are data."""

    as_of: datetime | None
    coverage: Coverage
    cursor: str
    note: str
    where: str
    severities: dict[Severity, int]
    suppressed: int
    steps: list[str]
    ages: list[Aged]
    days: list[Day]
    groups: list[RiskGroup] = Field(description="most exposed first")
    omitted: int
    repositories: list[RiskRow]
    repositories_omitted: int
    scans: ScanNumbers
    unlooked: list[str]
    data: list[AdvisoryData]


async def risk(room: Room, where: str) -> Risk:
    """The risk of what matches a filter.

    Raises:
        UsageError: the filter can't be understood.
    """
    wanted = Where.parse(where)
    return await room.remembered(("risk", str(wanted)), lambda: _risk(room, wanted))


async def _risk(room: Room, wanted: Where) -> Risk:
    cursor = await room.cursor()
    await room.refresh()
    now = room.now()
    rows = [row for row in room.rows() if wanted.matches(row)]
    seen, covered = room.looked(rows, whole=not wanted.terms)
    held = meant(rows, wanted, FindingState.OPEN)
    kept = [each for row in rows for each in row.kept]
    counts = Counter(each.finding.severity for _, each in held)
    groups = _groups(held)
    listed = _listed(rows)
    return Risk(
        as_of=seen,
        coverage=covered,
        cursor=cursor,
        note=room.note(),
        where=str(wanted),
        severities={each: counts[each] for each in reversed(Severity)},
        suppressed=sum(each.state is FindingState.SUPPRESSED for each in kept),
        steps=[*(step for step, _ in AGES), OLDER],
        ages=by_age((each for _, each in held), now),
        days=by_day(kept, now.date(), DAYS),
        groups=groups[:GROUPS],
        omitted=max(0, len(groups) - GROUPS),
        repositories=listed[:REPOSITORIES],
        repositories_omitted=max(0, len(listed) - REPOSITORIES),
        scans=numbers(rows),
        unlooked=unlooked(rows)[:10],
        data=await told_data(room),
    )


def _groups(held: Sequence[Held]) -> list[RiskGroup]:
    """One line an advisory, and one a rule for what is no advisory; what matters little is out."""
    worth = [each for each in held if each[1].finding.severity.rank >= LEAST.rank]
    plain_rules = [each for each in worth if each[1].finding.advisory is None]
    ranked = [
        *((rank, _told(group, "advisory")) for rank, group in grouped(worth, "advisory")),
        *((rank, _told(group, "rule")) for rank, group in grouped(plain_rules, "rule")),
    ]
    return [group for _, group in sorted(ranked, key=lambda each: each[0].order)]


def _told(group: FindingGroup, kind: GroupBy) -> RiskGroup:
    named = len(group.repositories) + group.repositories_omitted
    return RiskGroup(**dict(group), kind=kind, repositories_count=named)


def _listed(rows: Sequence[Row]) -> list[RiskRow]:
    """Repositories with something open that matters, worst first."""
    found: list[RiskRow] = []
    for row in rows:
        counts = Counter(kept.finding.severity for kept in row.findings)
        bad = [kept for kept in row.findings if kept.finding.severity.rank >= Severity.HIGH.rank]
        if any(counts[each] for each in Severity if each.rank >= LEAST.rank):
            found.append(
                RiskRow(
                    name=row.name,
                    findings={each: counts[each] for each in reversed(Severity) if counts[each]},
                    oldest=min((kept.opened_at for kept in bad), default=None),
                    scanned=standing(row),
                    unlooked=reasons(row)[:5],
                )
            )
    return sorted(found, key=_worst_first)


def _worst_first(row: RiskRow) -> tuple[tuple[int, ...], str]:
    return tuple(-row.findings.get(each, 0) for each in reversed(Severity)), row.name
