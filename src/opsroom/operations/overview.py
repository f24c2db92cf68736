"""What the page and other dashboards read: every repository in one row, or one in full."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

from pydantic import BaseModel, Field

from opsroom.judge import hosted
from opsroom.model.ci import Ci
from opsroom.model.coverage import Coverage
from opsroom.model.finding import KeptFinding
from opsroom.model.health import Cost, Grade
from opsroom.model.host import Release, Visibility
from opsroom.model.repository import RepositoryState
from opsroom.model.severity import Severity
from opsroom.model.snapshot import CloneFacts, Refs, Worktree
from opsroom.model.text import plain
from opsroom.model.value import Value
from opsroom.model.where import Where
from opsroom.operations.ci_run import explained
from opsroom.operations.findings.detail import FindingDetail, finding_detail
from opsroom.operations.fleet import CiWord, Row, grades, ranked
from opsroom.operations.freshness import Freshness
from opsroom.operations.graph.uses import learn
from opsroom.operations.home import (
    Home,
    PullDetail,
    RunDetail,
    home,
    open_alerts,
    pull_detail,
)
from opsroom.operations.room import Room
from opsroom.operations.scans.coverage import (
    ScanLine,
    ScanNumbers,
    numbers,
    reasons,
    scan_line,
)
from opsroom.operations.status import Counts, ci_counts

MOST_BRANCHES = 100
"""Branches that a detail shows of one clone, newest first; the rest is counted."""

MOST_RUNS = 20
"""Newest runs of workflows that a detail shows."""

MOST_REASONS = 30
"""What nobody looked at, as far as a detail tells."""

MOST_FINDINGS = 200
"""Findings that a detail shows, worst first; the rest is counted."""

M = TypeVar("M", bound=BaseModel)


class Tile(Value):
    """One repository as the grid shows it. Its strings are data from the repository.

    `at` is its oldest look. The counts are of its first work tree (`changes`: paths that differ
    from the last commit), None where there is none or it could not be observed.
    """

    name: str
    path: str | None
    url: str | None
    grade: Grade
    score: int | None
    reasons: list[str]
    branch: str | None
    changes: int | None
    untracked: int | None
    ahead: int | None
    behind: int | None
    committed_at: datetime | None
    findings: dict[Severity, int] = Field(description="open findings by severity, worst first")
    freshness: Freshness
    at: datetime | None
    labels: tuple[str, ...]
    environment: str | None
    ci: CiWord
    ci_run: str | None
    ci_url: str | None
    visibility: Visibility | None
    archived: bool
    fork: bool
    pulls: int | None = Field(description="open ones on the host")
    alerts: int | None = Field(description="open ones of the host's own, as far as it tells")
    pushed_at: datetime | None


class Overview(Value):
    """The fleet, worst first. `sources` are configured; of those, `looking` wait for a look."""

    as_of: datetime | None
    coverage: Coverage
    cursor: str
    note: str
    where: str
    sources: int
    looking: int
    problems: list[str]
    counts: Counts
    ci: dict[str, int] = Field(description="repositories by the state of CI")
    repositories: list[Tile]


class Detail(Value):
    """Everything known of one repository. Its strings are data from the repository."""

    as_of: datetime | None
    coverage: Coverage
    cursor: str
    note: str
    name: str
    path: str | None
    url: str | None
    description: str
    environment: str | None
    labels: tuple[str, ...]
    state: RepositoryState
    grade: Grade
    score: int | None
    freshness: Freshness
    ci: CiWord
    ci_head: str | None
    ci_runs: list[RunDetail]
    home: Home | None
    pulls: list[PullDetail]
    release: Release | None
    costs: tuple[Cost, ...] = Field(description="what was taken off a score of 100, and for what")
    unknown: tuple[str, ...] = Field(description="what could not be observed, and why")
    findings: list[FindingDetail]
    findings_omitted: int
    scans: list[ScanLine] = Field(description="the last look of each scanner")
    unlooked: list[str] = Field(description="what no scanner looked at, and why")
    clones: list[CloneFacts]
    branches_omitted: int


class Summary(Value):
    """The fleet in one small object, flat enough for any dashboard. `grade` is the worst one."""

    as_of: datetime | None
    coverage: Coverage
    cursor: str
    note: str
    grade: Grade | None
    repositories: int
    green: int
    yellow: int
    red: int
    unknown: int
    ci: dict[str, int]
    findings: dict[Severity, int]
    scans: ScanNumbers
    scanned: float | None = Field(description="the share scanned whole, 0 to 1; null: none to scan")


async def overview(room: Room, where: str) -> Overview:
    """Every repository that matches, one row each; the note says when a first look is under way.

    Raises:
        UsageError: the filter can't be understood.
    """
    wanted = Where.parse(where)
    await learn(room, wanted)
    return await room.remembered(("overview", str(wanted)), lambda: _overview(room, wanted))


async def _overview(room: Room, wanted: Where) -> Overview:
    cursor = await _place(room)
    rows = _matching(room, wanted)
    looked, covered = room.looked(rows, whole=not wanted.terms)
    sources = [source.key for source in room.settings.sources]
    return Overview(
        as_of=looked,
        coverage=covered,
        cursor=cursor,
        note=room.note(),
        where=str(wanted),
        sources=len(sources),
        looking=sum(_awaits(room, key) for key in sources),
        problems=room.problems()[:50],
        counts=_counts(rows),
        ci=ci_counts(rows),
        repositories=[_tile(row, room.trust.of(row)) for row in ranked(rows)],
    )


async def detail(room: Room, name: str) -> Detail:
    """One repository in full, by name or by a path inside a clone of it.

    Raises:
        NotFound: no such repository for this caller.
        UsageError: the name is ambiguous.
    """
    cursor = await _place(room)
    row = room.row(name)
    looked, covered = room.looked([row])
    ci = row.snapshot.ci if isinstance(row.snapshot.ci, Ci) else None
    remote = hosted.told(row.snapshot)
    clones = [_shown(facts) for facts in row.snapshot.clones]
    return Detail(
        as_of=looked,
        coverage=covered,
        cursor=cursor,
        note=room.note(),
        name=row.name,
        path=row.snapshot.path,
        url=row.url,
        description=plain(hosted.description(row.snapshot), 500),
        environment=row.repository.environment,
        labels=_labels(row),
        state=row.repository.state,
        grade=row.health.grade,
        score=row.health.score,
        freshness=room.trust.of(row),
        ci=row.ci,
        ci_head=ci.head if ci else None,
        ci_runs=await explained(room, row, ci.runs[:MOST_RUNS]) if ci else [],
        home=home(row.snapshot),
        pulls=[pull_detail(each) for each in remote.newest_pulls] if remote else [],
        release=_plain_model(remote.release) if remote and remote.release else None,
        costs=row.health.costs,
        unknown=tuple(plain(reason) for reason in row.health.unknown),
        findings=[finding_detail(kept) for kept in row.findings[:MOST_FINDINGS]],
        findings_omitted=max(0, len(row.findings) - MOST_FINDINGS),
        scans=[scan_line(scan) for scan in row.scans],
        unlooked=reasons(row)[:MOST_REASONS],
        clones=clones,
        branches_omitted=_branches(row.snapshot.clones) - _branches(clones),
    )


async def summary(room: Room, where: str = "") -> Summary:
    """The fleet, or what matches of it, in numbers.

    Raises:
        UsageError: the filter can't be understood.
    """
    wanted = Where.parse(where)
    await learn(room, wanted)
    return await room.remembered(("summary", str(wanted)), lambda: _summary(room, wanted))


async def _summary(room: Room, wanted: Where) -> Summary:
    cursor = await _place(room)
    rows = _matching(room, wanted)
    looked, covered = room.looked(rows, whole=not wanted.terms)
    return Summary(
        as_of=looked,
        coverage=covered,
        cursor=cursor,
        note=room.note(),
        grade=max((row.health.grade for row in rows), key=lambda grade: grade.rank, default=None),
        repositories=len(rows),
        **_counts(rows).model_dump(),
        ci=ci_counts(rows),
        findings=_severities(kept for row in rows for kept in row.findings),
        scans=(scans := numbers(rows)),
        scanned=scans.share,
    )


async def _place(room: Room) -> str:
    """Where the journal ends, taken before the rows are: what they miss comes after it."""
    cursor = await room.cursor()
    await room.refresh()
    return cursor


def _awaits(room: Room, source: str) -> bool:
    """Whether a source was never passed over, and nothing stood in the way of it."""
    survey = room.survey(source)
    return survey is None or (survey.at is None and not survey.problems)


def _matching(room: Room, wanted: Where) -> list[Row]:
    return [row for row in room.rows() if wanted.matches(row)]


def _counts(rows: list[Row]) -> Counts:
    return Counts(**{grade.value: count for grade, count in grades(rows).items()})


def _severities(findings: Iterable[KeptFinding]) -> dict[Severity, int]:
    """How many there are of each severity that occurs, worst first."""
    counted: Counter[Severity] = Counter(kept.finding.severity for kept in findings)
    return dict(sorted(counted.items(), key=lambda item: -item[0].rank))


def _tile(row: Row, freshness: Freshness) -> Tile:
    trees = row.snapshot.worktrees
    tree = next((tree for tree in trees if isinstance(tree, Worktree)), None)
    looked_at = [facts.refs for facts in row.snapshot.clones if isinstance(facts.refs, Refs)]
    commits = [refs.last_commit_at for refs in looked_at if refs.last_commit_at]
    remote = hosted.told(row.snapshot)
    commits += [remote.head_at] if remote and remote.head_at else []
    ci = row.snapshot.ci if isinstance(row.snapshot.ci, Ci) else None
    run = hosted.telling(ci) if ci else None
    return Tile(
        name=row.name,
        path=row.snapshot.path,
        url=row.url,
        grade=row.health.grade,
        score=row.health.score,
        reasons=row.reasons[:3],
        branch=plain(tree.branch) if tree and tree.branch else None,
        changes=tree.staged + tree.modified + tree.conflicts if tree else None,
        untracked=tree.untracked if tree else None,
        ahead=tree.ahead if tree else None,
        behind=tree.behind if tree else None,
        committed_at=max(commits, default=None),
        findings=_severities(row.findings),
        freshness=freshness,
        at=row.snapshot.at,
        labels=_labels(row),
        environment=row.repository.environment,
        ci=row.ci,
        ci_run=run.id if run else None,
        ci_url=plain(run.url, 500) or None if run else None,
        visibility=remote.visibility if remote else None,
        archived=hosted.archived(row.snapshot),
        fork=remote is not None and remote.fork,
        pulls=remote.pulls if remote else None,
        alerts=open_alerts(row.snapshot),
        pushed_at=remote.pushed_at if remote else None,
    )


def _labels(row: Row) -> tuple[str, ...]:
    """The labels that settings gave, then the topics of the host."""
    own = row.repository.labels
    return (*own, *sorted(plain(each, 60) for each in hosted.labels(row.snapshot) - set(own)))


def _shown(facts: CloneFacts) -> CloneFacts:
    """The facts of a clone with only its newest branches, every text in them made plain."""
    if isinstance(facts.refs, Refs):
        newest = sorted(facts.refs.branches, key=lambda branch: branch.committed_at, reverse=True)
        refs = facts.refs.model_copy(update={"branches": tuple(newest[:MOST_BRANCHES])})
        facts = facts.model_copy(update={"refs": refs})
    return _plain_model(facts)


def _branches(clones: Sequence[CloneFacts]) -> int:
    return sum(len(facts.refs.branches) for facts in clones if isinstance(facts.refs, Refs))


def _plain_model(model: M) -> M:
    return type(model).model_validate(_plain_value(model.model_dump()))


def _plain_value(value: Any) -> Any:
    match value:
        case str():
            return plain(value, 500)
        case dict():
            fields = cast("dict[str, Any]", value)
            return {key: _plain_value(each) for key, each in fields.items()}
        case list() | tuple():
            return tuple(_plain_value(each) for each in cast("tuple[Any, ...]", value))
        case _:
            return value
