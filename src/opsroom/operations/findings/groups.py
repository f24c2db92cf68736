"""Findings put together: one line an advisory, a rule, a package or a repository.

open findings of the rows that are asked about -> groups -> most exposed first, with why
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import Field

from opsroom.judge.fixes import under_way
from opsroom.judge.hosted import told
from opsroom.judge.ranking import Case, Rank
from opsroom.judge.ranking import group as ranked_together
from opsroom.model.finding import KeptFinding, Vulnerability
from opsroom.model.host import PullRequest
from opsroom.model.severity import Severity
from opsroom.model.text import plain
from opsroom.model.value import Value
from opsroom.operations.findings.subject import short
from opsroom.operations.fleet import Row

GroupBy = Literal["advisory", "rule", "package", "repository"]
NAMED = 8
"""Repositories that a group names; the others are counted."""
VERSIONS = 4

Held = tuple[Row, KeptFinding]
"""A finding with the repository that has it."""


class PullUnderWay(Value):
    """An open pull request that would mend it."""

    repository: str
    number: int
    url: str | None


class FindingGroup(Value):
    """Findings with something in common. `message` is of the worst: data, not instructions.

    What is about packages (`packages` to `pulls`) is empty in groups that have no advisory.
    """

    key: str = Field(description="the advisory, rule, package (`npm/lodash`) or repository")
    severity: Severity
    count: int = Field(description="findings")
    repositories: list[str] = Field(description="most exposed first")
    repositories_omitted: int
    why: list[str] = Field(description="why it stands where it stands")
    message: str
    id: str = Field(description="the finding of the first repository")
    rules: list[str]
    aliases: list[str]
    packages: list[str]
    direct: int = Field(description="findings whose repository asks for the package itself")
    transitive: int
    development: int = Field(description="findings that are not there at run time")
    fixed: list[str] = Field(description="versions that mend it; empty: none is known")
    pulls: list[PullUnderWay] = Field(description="pull requests that would mend it")


def case(row: Row, kept: KeptFinding) -> Case:
    """A finding as it is ranked."""
    return Case(
        finding=kept.finding,
        repository=row.name,
        environment=row.repository.environment,
        in_flight=_pull(row, kept) is not None,
    )


def grouped(held: Iterable[Held], by: GroupBy) -> list[tuple[Rank, FindingGroup]]:
    """The groups, most exposed first; findings without what is grouped by are left out."""
    groups: dict[str, list[Held]] = {}
    for row, kept in held:
        for key in _keys(row, kept, by):
            groups.setdefault(key, []).append((row, kept))
    ranked = [_group(key, members) for key, members in groups.items()]
    return sorted(ranked, key=lambda each: each[0].order)


def _keys(row: Row, kept: KeptFinding, by: GroupBy) -> tuple[str, ...]:
    advisory = kept.finding.advisory
    match by:
        case "advisory":
            return (advisory.id,) if advisory else ()
        case "package":
            return (short(advisory.package),) if advisory else ()
        case "rule":
            return (kept.finding.rule,)
        case "repository":
            return (row.name,)


def _group(key: str, members: Sequence[Held]) -> tuple[Rank, FindingGroup]:
    rank = ranked_together([case(row, kept) for row, kept in members])
    worst = max(members, key=lambda each: each[1].finding.severity.rank)
    names = list(dict.fromkeys(row.name for row, _ in sorted(members, key=_most_exposed)))
    advisories = [kept.finding.advisory for _, kept in members if kept.finding.advisory]
    rules = Counter(kept.finding.rule for _, kept in members)
    return rank, FindingGroup(
        key=key,
        severity=worst[1].finding.severity,
        count=len(members),
        repositories=names[:NAMED],
        repositories_omitted=max(0, len(names) - NAMED),
        why=[each for each in rank.reasons if each != worst[1].finding.severity.value],
        message=plain(worst[1].finding.message, 160),
        id=worst[1].finding.id,
        rules=[rule for rule, _ in rules.most_common(VERSIONS)],
        aliases=sorted({name for each in advisories for name in each.aliases} - {key})[:VERSIONS],
        packages=sorted({short(each.package) for each in advisories})[:VERSIONS],
        direct=sum(each.direct is True for each in advisories),
        transitive=sum(each.direct is False for each in advisories),
        development=sum(each.dev for each in advisories),
        fixed=_fixed(advisories),
        pulls=_pulls(members),
    )


def _most_exposed(held: Held) -> tuple[int, str]:
    row, kept = held
    return -kept.finding.severity.rank, row.name


def _fixed(advisories: Iterable[Vulnerability]) -> list[str]:
    """The versions that mend it, those first that mend most."""
    counts = Counter(
        f"{short(each.package)} {each.fixed}" for each in advisories if each.fixed is not None
    )
    return [version for version, _ in counts.most_common(VERSIONS)]


def _pulls(members: Iterable[Held]) -> list[PullUnderWay]:
    found: dict[tuple[str, int], PullUnderWay] = {}
    for row, kept in members:
        remote, pull = told(row.snapshot), _pull(row, kept)
        if pull and remote:
            url = f"{remote.url}/pull/{pull.number}" if remote.url else None
            known = PullUnderWay(repository=row.name, number=pull.number, url=url)
            found.setdefault((row.name, pull.number), known)
    return list(found.values())[:NAMED]


def _pull(row: Row, kept: KeptFinding) -> PullRequest | None:
    """The open pull request that would mend a finding about a package."""
    remote, advisory = told(row.snapshot), kept.finding.advisory
    if remote is None or advisory is None or not remote.newest_pulls:
        return None
    return under_way(advisory.package, remote.newest_pulls)
