"""Gemfile (and gems.rb): the gems that a bundle asks for, as `pkg:gem/name`.

It is a program in Ruby: gems that are written out, one a line, are told. Those in a block
`group :development` or `group :test`, or with that option, are for development.
"""

import re

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.model.text import plain
from opsroom.observe.manifests import Format
from opsroom.observe.reading import origins
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.plain_text import text_of
from opsroom.observe.reading.purls import purl
from opsroom.observe.reading.values import LONGEST

TEXT = r"(?:\"([^\"#\\\n]*)\"|'([^'\\\n]*)')"
GEM = re.compile(rf"^(?P<indent>\s*)gem(?:\s+|\s*\(\s*){TEXT}(?P<rest>.*)$")
ANY_GEM = re.compile(r"^\s*gem[\s(]")
GROUP = re.compile(r"^(?P<indent>\s*)group\b(?P<names>.*)\bdo\s*(?:#.*)?$")
END = re.compile(r"^(?P<indent>\s*)end\b")
NAMES = re.compile(r":(\w+)|[\"'](\w+)[\"']")
ASKED = re.compile(rf"^\s*,\s*{TEXT}(?!\s*=>)")
OPTION = re.compile(rf"(?:(?P<key>\w+):|:(?P<old>\w+)\s*=>)\s*{TEXT}")
GROUPS = re.compile(r"\bgroups?(?::|\s*=>)\s*(\[[^\]]*\]|:\w+|\"\w+\")")
DEVELOPMENT = frozenset({"development", "test", "lint", "doc", "rubocop", "ci"})


def _for_development(names: str) -> bool:
    found = {one or other for one, other in NAMES.findall(names)}
    return bool(found) and found <= DEVELOPMENT


def _origin(options: dict[str, str]) -> str:
    if path := options.get("path"):
        return origins.path(path)
    reference = options.get("tag") or options.get("branch") or options.get("ref") or ""
    if address := options.get("git"):
        return origins.git(address, reference)
    if named := options.get("github"):
        return origins.git(f"https://github.com/{named}", reference)
    return origins.registry(options["source"]) if "source" in options else ""


def parse(path: str, content: bytes) -> Manifest:
    """Read a Gemfile."""
    contents = Contents()
    groups: list[tuple[str, bool]] = []
    for number, line in enumerate(text_of(content).split("\n"), 1):
        if len(line) > LONGEST:
            contents.unread("a line that is too long to be read", number)
        elif group := GROUP.match(line):
            groups.append((group["indent"], _for_development(group["names"])))
        elif (end := END.match(line)) and groups and end["indent"] == groups[-1][0]:
            groups.pop()
        elif gem := GEM.match(line):
            dev = any(dev for _, dev in groups)
            with contents.entry(number):
                contents.put(_gem(gem[2] or gem[3] or "", gem["rest"], dev, number))
        elif ANY_GEM.match(line):
            contents.unread(f"a gem that isn't written out: {plain(line.strip(), 60)}", number)
    return contents.manifest()


def _gem(name: str, rest: str, dev: bool, line: int) -> Package:
    asked: list[str] = []
    while match := ASKED.match(rest):
        asked.append(match[1] or match[2] or "")
        rest = rest[match.end() :]
    options = {
        each["key"] or each["old"]: each[3] or each[4] or "" for each in OPTION.finditer(rest)
    }
    within = GROUPS.search(rest)
    return Package(
        purl("gem", name),
        constraint=", ".join(asked),
        direct=True,
        dev=dev or bool(within and _for_development(within[1])),
        origin=_origin(options),
        line=line,
    )


FORMAT = Format(names=("Gemfile", "gems.rb"), kind="ruby", parse=parse)
