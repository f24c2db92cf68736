"""`pdm.lock`, lock version 4. It doesn't say what is direct.

Its groups are extras and groups for development alike, so that nothing is said to be only for
development. A package with extras has an entry for each set of them: that is one package.
"""

from collections import defaultdict
from typing import Any

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.observe.manifests import Format
from opsroom.observe.reading import origins
from opsroom.observe.reading.contents import Contents, sound, the_rows, unknown_version
from opsroom.observe.reading.key_lines import header_lines, toml_lines
from opsroom.observe.reading.plain_text import text_of, toml_of
from opsroom.observe.reading.purls import PYTHON, pypi_purl
from opsroom.observe.reading.values import rows, table, words

NO_LIST = "not a lockfile of PDM: its packages are no list"


def parse(path: str, content: bytes) -> Manifest:
    """Read a lockfile of PDM."""
    text = text_of(content)
    document = toml_of(text)
    version = words(table(document.get("metadata")).get("lock_version"))
    if version.partition(".")[0] != "4":
        line = toml_lines(text).get(("metadata", "lock_version"), 0)
        raise unknown_version("PDM", version, line)
    entries = the_rows(document.get("package", []), NO_LIST)
    contents = Contents()
    named: dict[str, set[int]] = defaultdict(set)
    asked: list[tuple[int, list[Any]]] = []
    for entry, line in zip(entries, header_lines(text, "package", len(entries)), strict=True):
        package = _package(table(entry), line)
        if not package:
            contents.unread(f"{words(table(entry).get('name'))}: neither name nor version", line)
            continue
        index = contents.add(package)
        named[package.purl].add(index)
        asked.append((index, rows(entry.get("dependencies"))))
    for index, requirements in asked:
        for requirement in requirements:
            name = PYTHON.match(words(requirement))
            for needed in sorted(named.get(pypi_purl(name[0]) or "", ())) if name else ():
                contents.edge(index, needed)
    return contents.manifest()


FORMAT = Format(names=("pdm.lock",), kind="python", parse=parse, locked=True)


def _package(entry: dict[str, Any], line: int) -> Package | None:
    purl, version = pypi_purl(entry.get("name")), sound(entry.get("version", ""))
    if not purl or version is None:
        return None
    return Package(purl, version, origin=_origin(entry), line=line)


def _origin(entry: dict[str, Any]) -> str:
    if git := words(entry.get("git")):
        return origins.git(git, words(entry.get("revision")) or words(entry.get("ref")))
    if url := words(entry.get("url")):
        return origins.download(url)
    folder = words(entry.get("path"))
    return origins.path(folder) if folder else ""
