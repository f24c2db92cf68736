"""`poetry.lock`, lock version 1 and 2. It doesn't say what is direct.

Dependencies are by name and constraint. Where one name is locked in several versions, for several
platforms, the lock doesn't say which of them is meant, and an edge goes to each.
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
from opsroom.observe.reading.purls import pypi_purl
from opsroom.observe.reading.values import rows, table, words

NO_LIST = "not a lockfile of Poetry: its packages are no list"


def parse(path: str, content: bytes) -> Manifest:
    """Read a lockfile of Poetry."""
    text = text_of(content)
    document = toml_of(text)
    version = words(table(document.get("metadata")).get("lock-version", "1.0"))
    if version.partition(".")[0] not in {"1", "2"}:
        line = toml_lines(text).get(("metadata", "lock-version"), 0)
        raise unknown_version("Poetry", version, line)
    entries = the_rows(document.get("package", []), NO_LIST)
    contents = Contents()
    named: dict[str, list[int]] = defaultdict(list)
    asked: list[tuple[int, dict[str, Any]]] = []
    for entry, line in zip(entries, header_lines(text, "package", len(entries)), strict=True):
        package = _package(table(entry), line)
        if not package:
            contents.unread(f"{words(table(entry).get('name'))}: neither name nor version", line)
            continue
        index = contents.add(package)
        named[package.purl].append(index)
        asked.append((index, table(entry.get("dependencies"))))
    for index, names in asked:
        for name in names:
            for needed in named.get(pypi_purl(name) or "", ()):
                contents.edge(index, needed)
    return contents.manifest()


FORMAT = Format(names=("poetry.lock",), kind="python", parse=parse, locked=True)


def _package(entry: dict[str, Any], line: int) -> Package | None:
    purl, version = pypi_purl(entry.get("name")), sound(entry.get("version"))
    if not purl or version is None:
        return None
    return Package(
        purl, version, dev=_is_dev(entry), origin=_origin(table(entry.get("source"))), line=line
    )


def _is_dev(entry: dict[str, Any]) -> bool:
    """Version 1 has a category, 2.1 has groups, 2.0 has neither."""
    groups = rows(entry.get("groups"))
    return entry.get("category") == "dev" or bool(groups and "main" not in groups)


def _origin(source: dict[str, Any]) -> str:
    url, reference = words(source.get("url")), words(source.get("reference"))
    match source.get("type"):
        case "git":
            return origins.git(url, words(source.get("resolved_reference")) or reference)
        case "directory" | "file":
            return origins.path(url)
        case "url":
            return origins.download(url)
        case _:
            return origins.registry(url) if url else ""
