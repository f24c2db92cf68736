"""Lines of scripts and configuration, whatever their format: what is said in each, and of what.

No format is parsed: comments are cut off where that is cheap to tell, and a line is a key with a
value, an item of the key above it, or neither. It holds for shells, make, YAML, TOML, INI, HCL,
Dockerfiles and what is like them.
"""

import re
from collections.abc import Iterator
from posixpath import basename
from typing import NamedTuple

LONGEST = 1_500
"""Characters of a line; longer ones were not written by people."""

KEY = re.compile(
    r"[\s{,]*(?:-\s+)?(?:(?:export|set|setx|local|readonly|env|ENV|ARG|LABEL)\s+)?"
    r"[$@]?(?P<quote>[\"']?)(?P<key>[A-Za-z_$][\w./-]{0,100})(?P=quote)"
    r"\s{0,20}(?::=|\?=|=>|:(?=\s|$|[\"'])|=(?!=))\s*(?P<value>.*)"
)
CMAKE = re.compile(r"\s*(?P<key>GIT_REPOSITORY|URL)\s+(?P<value>\S+)\s*")
ITEM = re.compile(r"(?P<indent>\s*)(?:-\s+)?[\"']?(?P<value>[^\s\"',\]]+)[\"']?\s*,?\s*\]?")
HASH = re.compile(r"(?:^|(?<=\s))#")
SLASHES = re.compile(r"(?:^|(?<=[\s;{}]))//")
SLASHED = (".tf", ".hcl", ".tfvars", ".json", ".json5", ".gradle", ".kts", ".groovy", ".bicep")
"""Endings of files whose comments begin with two slashes."""
SAYING = re.compile(
    r"\s*(?:-\s+)?@?(?:echo|printf|print|puts|cat|die|fail|warn|usage|log\w*|info|error|notice|rem|"
    r"REM|Write-(?:Host|Output|Error|Warning)|:|raise|msg|debug)(?:\s|:?=|\()"
)
"""How a line begins that tells a person something."""


BEGINS = re.compile(r"(?:\{\{-?\s*)?/\*|<!--")
ENDS = re.compile(r"\*/|-->")
"""Of comments of more than one line, also of templates."""


class Line(NamedTuple):
    """One line without its comment. `key` and `value` are empty where it isn't of that shape."""

    number: int
    text: str
    key: str
    value: str

    @property
    def alone(self) -> str:
        """The value, where it is one word: without quotes and commas around it."""
        bare = self.value.strip().rstrip(",;").strip("\"'")
        return "" if re.search(r"\s", bare) else bare


def lines_of(path: str, text: str) -> Iterator[Line]:
    """The lines of a file that say something; what is meant for the eyes of people is left out."""
    name = basename(path)
    slashed = name.startswith("Jenkinsfile") or name.endswith(SLASHED)
    above, depth, aside = "", -1, False
    for number, raw in enumerate(text.split("\n"), 1):
        stripped = raw.strip()
        if aside or BEGINS.match(stripped):
            aside = not ENDS.search(stripped)
            continue
        if not stripped or len(raw) > LONGEST or _is_comment(stripped, slashed):
            continue
        line = _uncommented(raw, slashed)
        indent = len(raw) - len(raw.lstrip())
        if match := CMAKE.fullmatch(line) or KEY.fullmatch(line):
            key, value = match["key"], match["value"].strip()
            if value in ("", "[", "{", "(", "|", ">", ">-", "|-"):
                above, depth = key, indent
            elif indent <= depth and not stripped.startswith("-"):
                above, depth = "", -1
        elif (match := ITEM.fullmatch(line)) and above and indent >= depth:
            key, value = above, match["value"]
        else:
            key = value = ""
        if not SAYING.match(line):
            yield Line(number, line, key, value)


def _is_comment(stripped: str, slashed: bool) -> bool:
    return (
        stripped[0] in "#;*"
        or stripped.startswith(("--", "<!--", "/*", "%"))
        or (slashed and stripped.startswith("//"))
    )


def _uncommented(line: str, slashed: bool) -> str:
    """The line up to a comment; a mark within quotes begins none."""
    for pattern in (HASH, SLASHES) if slashed else (HASH,):
        for mark in pattern.finditer(line):
            before = line[: mark.start()]
            if before.count('"') % 2 == 0 and before.count("'") % 2 == 0:
                line = before.rstrip()
                break
    return line
