"""Findings put together: one line an advisory, a rule, a package or a repository.

open findings of the rows that are asked about -> groups -> most exposed first, with why
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from opsroom.judge.findings.fixes import under_way
from opsroom.judge.findings.ranking import Case, Rank
from opsroom.judge.findings.ranking import group as ranked_together
from opsroom.judge.hosted import told
from opsroom.model.finding import Finding, KeptFinding, Vulnerability
from opsroom.model.host import PullRequest
from opsroom.model.purl import short
from opsroom.model.severity import Severity
from opsroom.model.text import plain
from opsroom.model.value import Value
from opsroom.operations.fleet import Row

GroupBy = Literal["advisory", "rule", "package", "repository"]
NAMED = 8
"""Repositories that a group names; the others are counted."""
VERSIONS = 4

Held = tuple[Row, KeptFinding]
"""A finding with the repository that has it."""
Member = tuple[Row, Case]
"""The same, as it is ranked."""
Key = tuple[GroupBy, str]
"""What a group has in common."""


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
        in_flight=_pull(row, kept.finding) is not None,
    )


@dataclass(frozen=True, slots=True)
class Ranked:
    """A group before it is told: most are only counted."""

    rank: Rank
    key: str
    by: GroupBy
    members: Sequence[Member]

    @property
    def order(self) -> tuple[int | float | str, ...]:
        """Sorts the most exposed first."""
        return self.rank.order

    def told(self) -> FindingGroup:
        """The group as answers show it."""
        return _group(self.rank, self.key, self.members)


def grouped(held: Iterable[Held], by: GroupBy) -> list[Ranked]:
    """The groups, most exposed first; findings without what is grouped by are left out."""
    members = ((row, case(row, kept)) for row, kept in held)
    return ranked_groups((key, each) for each in members for key in keys(*each, by))


def ranked_groups(members: Iterable[tuple[Key, Member]]) -> list[Ranked]:
    """The groups of findings by their keys, most exposed first."""
    groups: dict[Key, list[Member]] = {}
    for key, member in members:
        groups.setdefault(key, []).append(member)
    ranked = [
        Ranked(ranked_together([each for _, each in several]), key, by, several)
        for (by, key), several in groups.items()
    ]
    return sorted(ranked, key=lambda each: each.order)


def keys(row: Row, one: Case, by: GroupBy) -> tuple[Key, ...]:
    """The groups of that kind that a finding is in: one, or none."""
    advisory = one.finding.advisory
    match by:
        case "advisory":
            return ((by, advisory.id),) if advisory else ()
        case "package":
            return ((by, short(advisory.package)),) if advisory else ()
        case "rule":
            return ((by, one.finding.rule),)
        case "repository":
            return ((by, row.name),)


def _group(rank: Rank, key: str, members: Sequence[Member]) -> FindingGroup:
    worst = max(members, key=lambda each: each[1].finding.severity.rank)[1].finding
    names = list(dict.fromkeys(row.name for row, _ in sorted(members, key=_most_exposed)))
    advisories = [one.finding.advisory for _, one in members if one.finding.advisory]
    rules = Counter(one.finding.rule for _, one in members)
    return FindingGroup(
        key=key,
        severity=worst.severity,
        count=len(members),
        repositories=names[:NAMED],
        repositories_omitted=max(0, len(names) - NAMED),
        why=[each for each in rank.reasons if each != worst.severity.value],
        message=plain(worst.message, 160),
        id=worst.id,
        rules=[rule for rule, _ in rules.most_common(VERSIONS)],
        aliases=sorted({name for each in advisories for name in each.aliases} - {key})[:VERSIONS],
        packages=sorted({short(each.package) for each in advisories})[:VERSIONS],
        direct=sum(each.direct is True for each in advisories),
        transitive=sum(each.direct is False for each in advisories),
        development=sum(each.dev for each in advisories),
        fixed=_fixed(advisories),
        pulls=_pulls(members),
    )


def _most_exposed(member: Member) -> tuple[int, str]:
    return -member[1].finding.severity.rank, member[1].repository


def _fixed(advisories: Iterable[Vulnerability]) -> list[str]:
    """The versions that mend it, those first that mend most."""
    counts = Counter(
        f"{short(each.package)} {each.fixed}" for each in advisories if each.fixed is not None
    )
    return [version for version, _ in counts.most_common(VERSIONS)]


def _pulls(members: Iterable[Member]) -> list[PullUnderWay]:
    found: dict[tuple[str, int], PullUnderWay] = {}
    for row, one in members:
        if not one.in_flight:
            continue
        remote, pull = told(row.snapshot), _pull(row, one.finding)
        if pull and remote:
            url = f"{remote.url}/pull/{pull.number}" if remote.url else None
            known = PullUnderWay(repository=row.name, number=pull.number, url=url)
            found.setdefault((row.name, pull.number), known)
    return list(found.values())[:NAMED]


def _pull(row: Row, finding: Finding) -> PullRequest | None:
    """The open pull request that would mend a finding about a package."""
    remote, advisory = told(row.snapshot), finding.advisory
    if remote is None or advisory is None or not remote.newest_pulls:
        return None
    return under_way(advisory.package, remote.newest_pulls)
