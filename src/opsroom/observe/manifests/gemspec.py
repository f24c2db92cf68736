"""*.gemspec: the gem that a repository makes, and what it asks for, as `pkg:gem/name`.

A specification is a program in Ruby: only what is written out in it is told, and everything else
is said not to be.
"""

import re

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package, Published
from opsroom.model.text import plain
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.homes import home_among
from opsroom.observe.reading.plain_text import text_of
from opsroom.observe.reading.purls import purl
from opsroom.observe.reading.values import LONGEST

TEXT = r"(?:\"([^\"#\\\n]*)\"|'([^'\\\n]*)')"
SETS = re.compile(rf"^\s*\w+\.(?P<key>name|version)\s*=\s*{TEXT}(?:\.freeze)?\s*(?:#.*)?$")
PLACE = re.compile(
    rf"^\s*(?:\w+\.(?P<site>homepage)\s*=|(?:\w+\.metadata\[)?[\"'](?P<source>source_code_uri)"
    rf"[\"']\]?\s*=>?)\s*{TEXT}"
)
NEEDS = re.compile(
    r"^\s*\w+\.add_(?P<kind>runtime_dependency|development_dependency|dependency)"
    r"(?:\s*\(|\s+)(?P<rest>.*)$"
)
NAMED = re.compile(rf"\s*{TEXT}(?:\.freeze)?\s*(?:,|\)|$)")
QUOTED = re.compile(TEXT)


def parse(path: str, content: bytes) -> Manifest:
    """Read the specification of a gem."""
    text = text_of(content)
    if "Gem::Specification" not in text:
        raise NotUnderstood("no Gem::Specification: it is no specification of a gem")
    contents = Contents()
    said: dict[str, tuple[str, int]] = {}
    homes: list[tuple[str, str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LONGEST:
            contents.unread("a line that is too long to be read", number)
        elif sets := SETS.match(line):
            said.setdefault(sets["key"], (sets[2] or sets[3] or "", number))
        elif place := PLACE.match(line):
            homes.append((place["site"] or "source", place[3] or place[4] or ""))
        elif needs := NEEDS.match(line):
            _need(needs["kind"], needs["rest"], number, contents)
    name, at = said.get("name", ("", 0))
    if name:
        version, told = said.get("version", ("", 0))[0], home_among(homes)
        contents.put(Published(purl("gem", name), version, line=at, home=told))
    else:
        contents.unread("its name isn't written out")
    return contents.manifest()


def _need(kind: str, rest: str, line: int, contents: Contents) -> None:
    named = NAMED.match(rest)
    if not named or not (named[1] or named[2]):
        contents.unread(f"a dependency that isn't written out: {plain(rest, 60)}", line)
        return
    asked = ", ".join(one or other for one, other in QUOTED.findall(rest[named.end() :]))
    with contents.entry(line):
        found = purl("gem", named[1] or named[2])
        dev = kind.startswith("development")
        contents.put(Package(found, constraint=asked, direct=True, dev=dev, line=line))


FORMAT = Format(names=("*.gemspec",), kind="ruby", parse=parse, revision=2)
