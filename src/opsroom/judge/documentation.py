"""The page of rules, made from what the checks declare about themselves."""

from opsroom.judge.examination import built_in
from opsroom.judge.health import POINTS
from opsroom.judge.profile import severity
from opsroom.model.check import Check
from opsroom.model.limits import Profile

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
"""


def rules_page() -> str:
    """Return the Markdown page of every built-in rule, how it counts, and what to do about it."""
    points = ", ".join(f"{name.value} {cost}" for name, cost in POINTS.items())
    rows = [_row(rule, check) for rule, check in built_in().items()]
    table = ["| rule | personal | team | public |", "| --- | --- | --- | --- |", *rows]
    sections = (_section(rule, check) for rule, check in built_in().items())
    health = HEALTH.format(points=points)
    return "\n".join((INTRODUCTION, *table, "", health, *sections)).rstrip() + "\n"


def _row(rule: str, check: Check) -> str:
    profiles = (Profile.PERSONAL, Profile.TEAM, Profile.PUBLIC)
    counts = " | ".join(severity(check, profile).value for profile in profiles)
    return f"| [`{rule}`](#{rule}) | {counts} |"


def _section(rule: str, check: Check) -> str:
    return f"## {rule}\n\n{check.what}\n\n**Why.** {check.why}\n\n**Fix.** {check.fix}\n"
