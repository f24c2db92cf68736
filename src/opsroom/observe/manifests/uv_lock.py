"""`uv.lock` and `SCRIPT.py.lock`, version 1: what uv installs, members of the workspace among it.

Members are what the repository makes: what they ask for is direct, and what only their dependency
groups reach is for development.
"""

from collections import defaultdict
from collections.abc import Iterator
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

Named = dict[str, list[tuple[int, dict[str, Any]]]]
"""Indexes of the packages of a name, each with its entry; a member of the root has none."""

NO_LIST = "not a lockfile of uv: its packages are no list"


def parse(path: str, content: bytes) -> Manifest:
    """Read a lockfile of uv."""
    text = text_of(content)
    document = toml_of(text)
    if document.get("version") != 1:
        line = toml_lines(text).get(("", "version"), 0)
        raise unknown_version("uv", document.get("version"), line)
    entries = the_rows(document.get("package", []), NO_LIST)
    members = {words(name) for name in rows(table(document.get("manifest")).get("members"))}
    contents = Contents()
    named: Named = defaultdict(list)
    own: list[dict[str, Any]] = [_of_no_member(document)]
    for node, line in zip(entries, header_lines(text, "package", len(entries)), strict=True):
        entry = table(node)
        source = table(entry.get("source"))
        is_own = words(entry.get("name")) in members or _is_root(source)
        if is_own:
            own.append(entry)
        if is_own and _is_root(source):
            continue
        package = _package(entry, source, is_own, line)
        if package:
            candidates = named[words(entry.get("name"))]
            candidates.append((contents.add(package), entry))
            not_too_many(candidates, package.purl)
        else:
            contents.unread(f"{words(entry.get('name'))}: neither name nor version", line)
    _connect(contents, named)
    _mark(contents, named, own)
    return contents.manifest()


FORMAT = Format(names=("uv.lock", "*.py.lock"), kind="python", parse=parse, locked=True)


def _is_root(source: dict[str, Any]) -> bool:
    return "." in (source.get("editable"), source.get("virtual"))


def _package(
    entry: dict[str, Any], source: dict[str, Any], is_own: bool, line: int
) -> Package | None:
    purl = pypi_purl(entry.get("name"))
    version = sound(entry.get("version", ""))
    if not purl or version is None:
        return None
    return Package(purl, version, direct=False, origin=_origin(source, is_own), line=line)


def _origin(source: dict[str, Any], is_own: bool) -> str:
    for kind, where in source.items():
        if not isinstance(where, str):
            continue
        match kind:
            case "registry" if "://" in where:
                return origins.registry(where)
            case "git":
                return origins.git(where)
            case "url":
                return origins.download(where)
            case "registry" | "path" | "directory" | "editable" | "virtual":
                return origins.workspace(where) if is_own else origins.path(where)
            case _:
                pass
    return ""


def _needed(asked: object, named: Named) -> Iterator[int]:
    """The packages that a list of dependencies names; version and source where they are told."""
    for each in map(table, rows(asked)):
        candidates = named.get(words(each.get("name")), [])
        for index, entry in candidates:
            if len(candidates) == 1 or all(
                key not in each or each[key] == entry.get(key) for key in ("version", "source")
            ):
                yield index


def _connect(contents: Contents, named: Named) -> None:
    for index, entry in [each for found in named.values() for each in found]:
        extras = table(entry.get("optional-dependencies")).values()
        for asked in (entry.get("dependencies"), *extras):
            for needed in _needed(asked, named):
                contents.edge(index, needed)


def _of_no_member(document: dict[str, Any]) -> dict[str, Any]:
    """What a workspace asks for whose root is no package of its own, as an entry."""
    manifest = table(document.get("manifest"))
    return {
        "dependencies": manifest.get("requirements"),
        "dev-dependencies": manifest.get("dependency-groups"),
    }


def _mark(contents: Contents, named: Named, own: list[dict[str, Any]]) -> None:
    """Mark what is direct, and what is in use only for development."""
    run_time: set[int] = set()
    groups: set[int] = set()
    for entry in own:
        extras = table(entry.get("optional-dependencies")).values()
        for asked in (entry.get("dependencies"), *extras):
            run_time.update(_needed(asked, named))
        for asked in table(entry.get("dev-dependencies")).values():
            groups.update(_needed(asked, named))
    for index in run_time | groups:
        contents.direct(index)
    contents.only_for_development(contents.reached(groups) - contents.reached(run_time))
