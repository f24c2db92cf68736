"""`bun.lock`, lockfile version 0 and 1: JSON with commas at ends and comments.

Each package stands under a path of names, `needing/needed`, and is a list whose first item is
`name@resolution`. The workspaces are in it with all that they ask for, so what is direct and what
is only for development can be told. `bun.lockb` is binary, and only bun itself can read it.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading import origins
from opsroom.observe.reading.contents import Contents, sound, the_table, unknown_version
from opsroom.observe.reading.key_lines import KeyLines
from opsroom.observe.reading.npm_specs import name_and_version, spec_of
from opsroom.observe.reading.plain_text import json_of, text_of
from opsroom.observe.reading.purls import npm_purl
from opsroom.observe.reading.values import rows, table

BINARY = b"#!/usr/bin/env bun\nbun-lockfile-format"
COMMA_AT_END = re.compile(r",([ \t]*\n\s*[\]}])")
JSONC = re.compile(r'("(?:[^"\\\n]|\\.)*+"?)|//[^\n]*|/\*(?:.*?\*/|.*)|,(?=\s*[\]}])', re.DOTALL)
"""What is not closed is taken to the end, so that no end is looked for twice."""
LONGEST_PLACE = 1_000
VERSIONS = frozenset({"0", "1"})
RUN_TIME = ("dependencies", "optionalDependencies", "peerDependencies")


def parse(path: str, content: bytes) -> Manifest:
    """Read a lockfile of bun."""
    if content.startswith(BINARY):
        raise NotUnderstood("a binary lockfile, which only bun can read; `bun.lock` is text")
    text = text_of(content)
    document = _document(text)
    version = document.get("lockfileVersion")
    if str(version) not in VERSIONS:
        line = KeyLines(text).line("lockfileVersion", 1)
        raise unknown_version("bun", version, line)
    entries = the_table(
        document.get("packages", {}), 'not a lockfile of bun: "packages" is no object'
    )
    workspaces = table(document.get("workspaces"))
    contents = Contents()
    places: dict[str, int] = {}
    lines = KeyLines(text)
    for place, entry in entries.items():
        line = lines.line(place, 2)
        identity: object = next(iter(rows(entry)), None)
        package = None
        if len(place) <= LONGEST_PLACE:
            package = _package(identity, rows(entry), workspaces, line)
        if package:
            places[place] = contents.add(package)
        elif not (isinstance(identity, str) and identity.endswith("@root:")):
            contents.unread(f"{place}: neither name nor version can be told", line)
    for place, index in places.items():
        for needed in _asked(place, _facts(entries[place]), RUN_TIME, places):
            contents.edge(index, needed)
    _mark(contents, workspaces, places)
    return contents.manifest()


FORMAT = Format(names=("bun.lock", "bun.lockb"), kind="javascript", parse=parse, locked=True)


def _document(text: str) -> dict[str, Any]:
    """Read JSON as bun writes it; as it may also be, when that fails."""
    try:
        document = json_of(COMMA_AT_END.sub(r"\1", text))
    except NotUnderstood:
        # a comment keeps its line ends, so that errors name the right line
        blank = JSONC.sub(lambda match: match[1] or "\n" * match[0].count("\n"), text)
        document = json_of(blank)
    return the_table(document, "not a lockfile of bun: it isn't an object")


def _package(
    identity: object, entry: list[Any], workspaces: dict[str, Any], line: int
) -> Package | None:
    if not isinstance(identity, str):
        return None
    name, resolution = name_and_version(identity)
    purl, version = npm_purl(name), sound(resolution)
    if not purl or not version or version == "root:":
        return None
    if version.startswith("workspace:"):
        folder = version.removeprefix("workspace:")
        made = sound(table(workspaces.get(folder)).get("version")) or ""
        return Package(purl, made, direct=False, origin=origins.workspace(folder), line=line)
    spec = spec_of(name, version)
    if spec.origin:
        return Package(purl, spec.version, direct=False, origin=spec.origin, line=line)
    registry = entry[1] if len(entry) > 1 and isinstance(entry[1], str) else ""
    origin = _registry(registry, name)
    return Package(purl, version, direct=False, origin=origin, line=line)


def _registry(address: str, name: str) -> str:
    """The second item is empty, a registry, or the whole address of the tarball."""
    if not address:
        return ""
    if address.endswith((".tgz", ".tar.gz")):
        return origins.tarball(address, name)
    return origins.registry(address)


def _facts(entry: list[Any]) -> dict[str, Any]:
    """The table of an entry, wherever its kind has it."""
    tables = [facts for each in entry if (facts := table(each))]
    return tables[0] if tables else {}


def _asked(
    place: str, facts: dict[str, Any], groups: Iterable[str], places: dict[str, int]
) -> Iterator[int]:
    for group in groups:
        for name in table(facts.get(group)):
            index = _found(place, name, places)
            if index is not None:
                yield index


def _found(place: str, name: str, places: dict[str, int]) -> int | None:
    """The package that a name means under a path of names."""
    at = place
    while at:
        index = places.get(f"{at}/{name}")
        if index is not None:
            return index
        at, _, last = at.rpartition("/")
        if at.rpartition("/")[2].startswith("@") and last:
            at = at.rpartition("/")[0]
    return places.get(name)


def _mark(contents: Contents, workspaces: dict[str, Any], places: dict[str, int]) -> None:
    """Mark what the workspaces ask for, and what is in use only for development."""
    run_time: set[int] = set()
    development: set[int] = set()
    for workspace in map(table, workspaces.values()):
        name = workspace.get("name")
        place = name if isinstance(name, str) else ""
        needed = set(_asked(place, workspace, RUN_TIME, places))
        run_time |= needed
        development.update(_asked(place, workspace, ["devDependencies"], places))
        if place in places:
            for each in needed:
                contents.edge(places[place], each)
    for index in run_time | development:
        contents.direct(index)
    contents.only_for_development(contents.reached(development) - contents.reached(run_time))
