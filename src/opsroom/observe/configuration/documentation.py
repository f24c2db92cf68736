"""The page of scanners, made from what they and our own rules declare about themselves."""

from collections.abc import Mapping

from opsroom.observe.configuration import Rule, compose, dockerfile, kubernetes, terraform_rules
from opsroom.observe.programs.semgrep_rules import RULES as SEMGREP
from opsroom.observe.scanners import Scanner

INTRODUCTION = """\
# Scanners

What looks at the files of a commit. Each runs by its own configuration and never the repository's:
the files and comments by which a repository could silence it are left out of what it is given. It
has three minutes and three gigabytes, is told to stay offline and given a proxy that nobody is. It
proves what it read: one that says nothing, and doesn't prove that it looked, has told nothing, and
its answer is unknown with the reason. What it left out is counted, with an example.

A language or format that no scanner read is unknown, and said with the coverage, as is a scanner
that is not installed, with what to install. Those that run only when they are named in `scanners`
of the settings' `[scan]` say much that others say already.
"""

RULES = """\
## Our own rules

Few rules that are nearly always right. Severities are low unless somebody else could get in.
"""

SEMGREP_RULES = """\
## Our rules for semgrep

Its registry is never asked: {names}.
"""


def scanners_page(scanners: Mapping[str, Scanner]) -> str:
    """Return the Markdown page of every scanner, and of the rules that are our own."""
    rows = [_row(name, scanner) for name, scanner in scanners.items()]
    head = ("| scanner | looks at | kinds | reports | runs |", "| --- | --- | --- | --- | --- |")
    own = (
        rule
        for rules in (dockerfile.RULES, compose.RULES, kubernetes.RULES, terraform_rules.RULES)
        for rule in rules
    )
    names = ", ".join(f"`semgrep/{rule['id']}` ({rule['message']})" for rule in SEMGREP)
    parts = (INTRODUCTION, *head, *rows, "", RULES, *map(_section, own))
    return "\n".join((*parts, SEMGREP_RULES.format(names=names))).rstrip() + "\n"


def _row(name: str, scanner: Scanner) -> str:
    kinds = ", ".join(sorted(scanner.kinds))
    rules = ", ".join(f"`{rule}`" for rule in scanner.rules)
    runs = "always" if scanner.default else "when named"
    return f"| `{name}` | {scanner.what} | {kinds} | {rules} | {runs} |"


def _section(rule: Rule) -> str:
    return (
        f"### {rule.id}\n\n{rule.what} ({rule.severity.value}).\n\n"
        f"**Why.** {rule.why}\n\n**Fix.** {rule.fix}\n"
    )
