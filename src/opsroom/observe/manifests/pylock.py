"""`pylock.toml` and `pylock.*.toml`, lock version 1: the lock of Python's own tools (PEP 751).

What only a dependency group needs that isn't installed by default is for development.
"""

import re
from collections import defaultdict
from typing import Any

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.observe.manifests import Format
from opsroom.observe.reading import origins
from opsroom.observe.reading.contents import (
    Contents,
    not_too_many,
    sound,
    the_rows,
    unknown_version,
)
from opsroom.observe.reading.key_lines import header_lines, toml_lines
from opsroom.observe.reading.plain_text import text_of, toml_of
from opsroom.observe.reading.purls import pypi_purl
from opsroom.observe.reading.values import rows, table, words

GROUP = re.compile(r"""['"]([^'"]{1,100})['"]\s+in\s+dependency_groups""")


def parse(path: str, content: bytes) -> Manifest:
    """Read a lockfile as PEP 751 has it."""
    text = text_of(content)
    document = toml_of(text)
    version = words(document.get("lock-version"))
    if version.partition(".")[0] != "1":
        line = toml_lines(text).get(("", "lock-version"), 0)
        raise unknown_version("PEP 751", version, line)
    entries = the_rows(document.get("packages", []), "not a lockfile: its packages are no list")
    usual = {words(group) for group in rows(document.get("default-groups"))}
    contents = Contents()
    named: dict[str, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for entry, line in zip(entries, header_lines(text, "packages", len(entries)), strict=True):
        package = _package(table(entry), usual, line)
        if package:
            named[package.purl].append((contents.add(package), entry))
            not_too_many(named[package.purl], package.purl)
        else:
            contents.unread(f"{words(table(entry).get('name'))}: neither name nor version", line)
    for index, entry in [each for found in named.values() for each in found]:
        for asked in map(table, rows(entry.get("dependencies"))):
            for needed, other in named.get(pypi_purl(asked.get("name")) or "", ()):
                if all(other.get(key) == asked[key] for key in asked if key != "name"):
                    contents.edge(index, needed)
    return contents.manifest()


FORMAT = Format(names=("pylock.toml", "pylock.*.toml"), kind="python", parse=parse, locked=True)


def _package(entry: dict[str, Any], usual: set[str], line: int) -> Package | None:
    purl, version = pypi_purl(entry.get("name")), sound(entry.get("version", ""))
    if not purl or version is None:
        return None
    groups = set(GROUP.findall(words(entry.get("marker"))))
    return Package(
        purl,
        version,
        dev=bool(groups) and not groups & usual,
        origin=_origin(entry),
        line=line,
    )


def _origin(entry: dict[str, Any]) -> str:
    vcs, archive = table(entry.get("vcs")), table(entry.get("archive"))
    directory = words(table(entry.get("directory")).get("path"))
    if vcs:
        where = words(vcs.get("url")) or words(vcs.get("path"))
        return origins.git(where, words(vcs.get("commit-id")))
    if directory:
        return origins.path(directory)
    if archive:
        url = words(archive.get("url"))
        return origins.download(url) if url else origins.path(words(archive.get("path")))
    index = words(entry.get("index"))
    return origins.registry(index) if index else ""
