"""Risk as the page shows it: what is open, how old, how it came about, and what is unlooked at.

rows -> a part of each, summed up once as long as the row stays -> added up -> groups, ranked
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

import anyio.to_thread
from pydantic import Field

from opsroom.model.advisory import AdvisoryData
from opsroom.model.coverage import Coverage
from opsroom.model.finding import FindingState, KeptFinding
from opsroom.model.severity import Severity
from opsroom.model.value import Value
from opsroom.model.where import Where
from opsroom.operations.advisories.data import told_data
from opsroom.operations.findings.burden import (
    AGES,
    OLDER,
    Aged,
    Day,
    Lives,
    by_age,
    by_day,
    lives,
)
from opsroom.operations.findings.groups import (
    FindingGroup,
    GroupBy,
    Key,
    Member,
    Ranked,
    case,
    keys,
    ranked_groups,
)
from opsroom.operations.findings.search import OF_REPOSITORY, meant
from opsroom.operations.fleet import Row
from opsroom.operations.graph.uses import learn
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
    await learn(room, wanted)
    return await room.remembered(("risk", str(wanted)), lambda: _risk(room, wanted))


async def _risk(room: Room, wanted: Where) -> Risk:
    cursor = await room.cursor()
    await room.refresh()
    rows = [row for row in room.rows() if wanted.matches(row)]
    # in a thread: the first answer about ten thousand repositories takes seconds
    summed = await anyio.to_thread.run_sync(partial(_sum, rows, wanted, room.now()))
    seen, covered = room.looked(rows, whole=not wanted.terms)
    return Risk(
        as_of=seen,
        coverage=covered,
        cursor=cursor,
        note=room.note(),
        where=str(wanted),
        data=await told_data(room),
        **summed,
    )


class _Part(NamedTuple):
    """What one repository adds to the risk of a fleet."""

    counts: tuple[int, ...]
    """Open findings by the rank of their severity."""
    suppressed: int
    open: Lives
    """Of the findings that are asked about."""
    all: Lives
    members: tuple[tuple[Key, Member], ...]
    """What is to be grouped: by its advisory, else by its rule."""
    line: RiskRow | None


def _part(row: Row) -> _Part:
    """The part of all that is open in a repository."""
    return _part_of(row, row.findings)


def _part_of(row: Row, held: Sequence[KeptFinding]) -> _Part:
    ranks = Counter(kept.finding.severity.rank for kept in held)
    return _Part(
        counts=tuple(ranks[rank] for rank in range(len(Severity))),
        suppressed=sum(each.state is FindingState.SUPPRESSED for each in row.kept),
        open=lives(held),
        all=lives(row.kept),
        members=tuple(
            (key, (row, one))
            for one in (
                case(row, kept) for kept in held if kept.finding.severity.rank >= LEAST.rank
            )
            for key in keys(row, one, "advisory" if one.finding.advisory else "rule")
        ),
        line=_line(row),
    )


def _sum(rows: Sequence[Row], wanted: Where, now: datetime) -> dict[str, Any]:
    """All that parts are added up to, as fields of the answer."""
    if all(term.key in OF_REPOSITORY for term in wanted.terms):
        parts = [row.remembered(_part) for row in rows]
    else:
        held: dict[int, list[KeptFinding]] = {}
        for row, kept in meant(rows, wanted, FindingState.OPEN):
            held.setdefault(id(row), []).append(kept)
        parts = [_part_of(row, held.get(id(row), ())) for row in rows]
    counts = [sum(several) for several in zip(*(part.counts for part in parts), strict=True)]
    groups = ranked_groups(chain.from_iterable(part.members for part in parts))
    lines = sorted((part.line for part in parts if part.line is not None), key=_worst_first)
    return {
        "severities": {each: counts[each.rank] if counts else 0 for each in reversed(Severity)},
        "suppressed": sum(part.suppressed for part in parts),
        "steps": [*(step for step, _ in AGES), OLDER],
        "ages": by_age((part.open for part in parts), now),
        "days": by_day((part.all for part in parts), now.date(), DAYS),
        "groups": [_told(group) for group in groups[:GROUPS]],
        "omitted": max(0, len(groups) - GROUPS),
        "repositories": lines[:REPOSITORIES],
        "repositories_omitted": max(0, len(lines) - REPOSITORIES),
        "scans": numbers(rows),
        "unlooked": unlooked(rows)[:10],
    }


def _told(ranked: Ranked) -> RiskGroup:
    group = ranked.told()
    named = len(group.repositories) + group.repositories_omitted
    return RiskGroup(**dict(group), kind=ranked.by, repositories_count=named)


def _line(row: Row) -> RiskRow | None:
    """The repository in one line, when something is open there that matters."""
    counts = Counter(kept.finding.severity for kept in row.findings)
    if not any(counts[each] for each in Severity if each.rank >= LEAST.rank):
        return None
    bad = [kept for kept in row.findings if kept.finding.severity.rank >= Severity.HIGH.rank]
    return RiskRow(
        name=row.name,
        findings={each: counts[each] for each in reversed(Severity) if counts[each]},
        oldest=min((kept.opened_at for kept in bad), default=None),
        scanned=standing(row),
        unlooked=reasons(row)[:5],
    )


def _worst_first(row: RiskRow) -> tuple[tuple[int, ...], str]:
    return tuple(-row.findings.get(each, 0) for each in reversed(Severity)), row.name
