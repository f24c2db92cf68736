"""The page of rules, made from what the checks declare about themselves."""

from collections.abc import Iterable
from dataclasses import dataclass

from opsroom.judge.examination import built_in
from opsroom.judge.findings.ranking import EXPLOITED, LIKELY, NOT_RUN, SOON
from opsroom.judge.health import POINTS
from opsroom.judge.profile import severity
from opsroom.judge.threats import threats
from opsroom.model.check import Check
from opsroom.model.limits import Profile
from opsroom.model.threat import Threat

INTRODUCTION = """\
# Checks

What Opsroom looks for in clones and on their hosts. Each rule has one id: in findings, in settings
and here. A rule answers yes (a finding), no, or unknown with the reason; unknown is never fine and
never a change.

How much a rule counts follows the profile: `personal` (one author, or private on its host), `team`
(several) or `public` (where its host says so, or settings do: a clone doesn't know who may see it).
Settings change it, or switch it off, for the repositories that a filter takes; the last setting
that matches counts:

    [[check]]
    rule = "missing-license"
    where = "owner:me"
    severity = "off"
"""

HEALTH = """\
## How health is counted

Health is 100 minus one cost a rule, that of its worst finding: {points}.
Green is 80 and more without anything high, yellow 50 and more, red below or with anything critical.

What could not be observed costs nothing and is never green: a grade that would be green is
`unknown` then, with no score; yellow and red stay, for the known findings are enough. So
`unreadable` is shown, and not counted. What only a host can tell is unknown where none is asked,
and not in the score; what only a clone can tell is not asked of a repository that has none here.

Findings of scanners count too. All rules of one scanner (`zizmor/...`, `ruff/...`) are one rule
here, and all vulnerable dependencies are: many small things of one kind cost once. A flaw of what
is only there for development weighs a step less; malware never does. What is suppressed doesn't
count. A repository that no scanner looked at loses nothing by that: its coverage says so.
`[[check]]` holds for rules of scanners too, one by one or by glob: `rule = "zizmor/*"`.
"""


THREATS = """\
## Threats

What moved between two looks at a repository and looks like an attack. The first look tells only
what is wrong by itself. What a rule said lasts while it is there; settings change its severity as
that of a check.
"""

FOUND = """\
## What scanners report

A scanner's own rules keep their names behind its own. They are documented by who makes it.
"""

RANKING = """\
## How findings are ranked

Malicious packages are first. The rest is ordered by level: the severity, {exploited} steps up when
the flaw is known to be exploited (CISA's KEV), else {soon} when that is likely (an EPSS of at least
{likely:.0%}), and {not_run} down when the package is not there at run time. Within a level, in this
order: exploited, likelier, in production (`environment`), at run time, asked for directly, in more
repositories, with a fix that nobody has begun. Every answer says which of these hold.
"""


@dataclass(frozen=True, slots=True)
class Family:
    """The rules of one scanner, which are too many, or not ours, to be told one by one."""

    scanner: str
    rules: tuple[str, ...]
    what: str


def rules_page(families: Iterable[Family] = ()) -> str:
    """Return the Markdown page of every built-in rule, how it counts, and what to do about it.

    `families` are what the scanners of this build report besides.
    """
    points = ", ".join(f"{name.value} {cost}" for name, cost in POINTS.items())
    rows = [_row(rule, check) for rule, check in built_in().items()]
    table = ["| rule | personal | team | public |", "| --- | --- | --- | --- |", *rows]
    sections = (_section(rule, check) for rule, check in built_in().items())
    health = HEALTH.format(points=points)
    ranking = RANKING.format(exploited=EXPLOITED, soon=SOON, likely=LIKELY, not_run=-NOT_RUN)
    parts = (INTRODUCTION, *table, "", health, ranking, *sections, *_threats(), *_found(families))
    return "\n".join(parts).rstrip() + "\n"


def _threats() -> Iterable[str]:
    rows = (f"| [`{rule}`](#{rule}) | {each.severity.value} |" for rule, each in threats().items())
    sections = (_section(rule, threat) for rule, threat in threats().items())
    return (THREATS, "| rule | severity |", "| --- | --- |", *rows, "", *sections)


def _found(families: Iterable[Family]) -> Iterable[str]:
    rows = [_family(each) for each in families]
    return (FOUND, "| scanner | rules | looks for |", "| --- | --- | --- |", *rows) if rows else ()


def _family(family: Family) -> str:
    rules = ", ".join(f"`{rule}`" for rule in family.rules)
    return f"| {family.scanner} | {rules} | {family.what.rstrip('.')} |"


def _row(rule: str, check: Check) -> str:
    profiles = (Profile.PERSONAL, Profile.TEAM, Profile.PUBLIC)
    counts = " | ".join(severity(check, profile).value for profile in profiles)
    return f"| [`{rule}`](#{rule}) | {counts} |"


def _section(rule: str, check: Check | Threat) -> str:
    return f"## {rule}\n\n{check.what}\n\n**Why.** {check.why}\n\n**Fix.** {check.fix}\n"
