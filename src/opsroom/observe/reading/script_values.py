"""Values of variables in scripts and in CI, as far as the file itself settles them.

Shell (`$X`, `${X}`, `${X:-word}`), Make (`$(X)`) and templates of other runners (`{{X}}`).
What a command prints, and a name that is given two values, is unknown.
"""

import re

from opsroom.observe.reading.made_names import NAME, OWNER, REPOSITORY, UNKNOWN
from opsroom.observe.reading.values import LONGEST

GIVEN: dict[str, str] = {
    "GITHUB_REPOSITORY": REPOSITORY,
    "GITHUB_REPOSITORY_OWNER": OWNER,
    "CI_REGISTRY": "registry.gitlab.com",
    "CI_REGISTRY_IMAGE": f"registry.gitlab.com/{REPOSITORY}",
    "CI_PROJECT_PATH": REPOSITORY,
    "CI_PROJECT_NAMESPACE": OWNER,
    "CI_PROJECT_NAME": NAME,
    "CI_REPO": REPOSITORY,
    "CI_REPO_OWNER": OWNER,
    "CI_REPO_NAME": NAME,
    "DRONE_REPO": REPOSITORY,
    "DRONE_REPO_OWNER": OWNER,
    "DRONE_REPO_NAMESPACE": OWNER,
    "DRONE_REPO_NAME": NAME,
    "CIRCLE_PROJECT_USERNAME": OWNER,
    "CIRCLE_PROJECT_REPONAME": NAME,
    "BITBUCKET_WORKSPACE": OWNER,
    "BITBUCKET_REPO_SLUG": NAME,
    "TRAVIS_REPO_SLUG": REPOSITORY,
}
"""What CI gives: those of the repository. Of GitLab the registry is that of gitlab.com, as one's
own is known to its CI alone."""

VARIABLE = re.compile(
    r"\$\{(?P<name>[A-Za-z_]\w*)(?P<how>,,|##?\*/|%%?/\*|:?-(?P<word>[^{}$]*))?\}"
    r"|\$\((?P<made>[A-Za-z_]\w*)\)"
    r"|\$(?P<bare>[A-Za-z_]\w*)"
    r"|\{\{-?\s*\.?(?P<template>[A-Za-z_]\w*)\s*-?\}\}"
    r"|\$\(\s*echo\s+[\"']?\$\{?(?P<lowered>\w+)\}?[\"']?\s*\|\s*tr\s[^()$]*\)"
    r"|\$\([^()]*\)|`[^`]*`|\$\{[^{}]*\}|\{\{[^{}]*\}\}|\$[@*#?!$0-9-]"
)
ASSIGNED = re.compile(
    r"\s*(?:-\s+)?(?:(?:export|readonly|local|declare)\s+)?(?P<name>[A-Za-z_]\w*)"
    r"(?P<how>\s*(?:\?=|::?=|=)|:(?=\s))[ \t]*(?P<value>\"[^\"]*\"|'[^']*'"
    r"|\$\([^()]*\)|`[^`]*`|[^\s;#]*)\s*(?:[;#].*)?"
)


class Values:
    """The values of one script, or of one scope of it, on the way through its lines."""

    def __init__(self, known: dict[str, str]) -> None:
        self.known = known

    def assign(self, line: str) -> None:
        """Take a line that does nothing but give a name its value; others are left alone."""
        if match := ASSIGNED.fullmatch(line):
            self.set(match["name"], match["value"].strip("\"'"), first="?" in match["how"])

    def set(self, name: str, written: str, *, first: bool = False) -> None:
        """Give a name a value; `first`: only where it has none."""
        value = self.settled(written)
        known = self.known.get(name)
        if known is None or name in GIVEN:
            self.known[name] = value
        elif known != value and not first:
            self.known[name] = UNKNOWN

    def settled(self, text: str) -> str:
        """A text with its variables replaced, by `UNKNOWN` where they have no value."""
        found = VARIABLE.sub(self._value, text[:LONGEST])
        return found if len(found) <= LONGEST else UNKNOWN

    def _value(self, match: re.Match[str]) -> str:
        groups = (match[key] for key in ("name", "made", "bare", "template", "lowered"))
        value = self.known.get(next(filter(None, groups), ""), UNKNOWN)
        how = match["how"] or ""
        if how.startswith("#"):
            return value.rpartition("/")[2]
        if how.startswith("%"):
            return value.partition("/")[0]
        if match["word"] is not None and value in ("", UNKNOWN):
            return match["word"]
        return value
