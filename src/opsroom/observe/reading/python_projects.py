"""How project files of Python ask for packages: PEP 508, and tables of Poetry and Pipenv."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from opsroom.model.package import Package
from opsroom.observe.reading import origins
from opsroom.observe.reading.contents import Contents, sound
from opsroom.observe.reading.purls import pypi_purl
from opsroom.observe.reading.requirements import Asked, exact, requirement
from opsroom.observe.reading.values import rows, table, words

BARE_VERSION = re.compile(r"\d+(?:\.\d+)*(?:[A-Za-z0-9.+!-]*)")


class Group(NamedTuple):
    """Where requirements stand: whether it is for development, and how it is called."""

    what: str
    dev: bool = False


class Sources:
    """Where single packages are said to come from, by their purl: `[tool.uv.sources]`."""

    def __init__(self, sources: Mapping[str, Any], indexes: Mapping[str, str]) -> None:
        self.indexes = indexes
        self._origins: dict[str, str] = {}
        for name, source in sources.items():
            purl = pypi_purl(name)
            choices = rows(source) or [source]
            found = {self._origin(table(choice)) for choice in choices}
            if purl and len(found) == 1:
                self._origins[purl] = found.pop()

    def of(self, asked: Asked) -> str:
        """The origin of what was asked for."""
        return asked.origin or self._origins.get(asked.purl or "", "")

    def _origin(self, source: Mapping[str, Any]) -> str:
        if source.get("workspace") is True:
            return origins.workspace("")
        found = origin_of(source)
        index = self.indexes.get(words(source.get("index")), "")
        return found or (origins.registry(index) if index else "")


def origin_of(source: Mapping[str, Any]) -> str:
    """The origin that a table says: `git`, `path`, `file` or `url`; empty: a registry."""
    if git := words(source.get("git")):
        tags = (words(source.get(key)) for key in ("rev", "tag", "branch", "ref"))
        return origins.git(git, next(filter(None, tags), ""))
    for key in ("path", "file"):
        if found := words(source.get(key)):
            return origins.download(found) if "://" in found else origins.path(found)
    url = words(source.get("url"))
    return origins.download(url) if url else ""


def take(contents: Contents, group: Group, written: object, sources: Sources, line: int) -> None:
    """Take one requirement as PEP 508 writes it."""
    asked = requirement(written) if isinstance(written, str) else None
    if not asked or not asked.purl:
        contents.unread(f"not a requirement in {group.what}: {words(written)}", line)
        return
    origin = sources.of(asked)
    contents.add(
        Package(asked.purl, asked.version, asked.constraint, True, group.dev, origin, line=line)
    )


def take_table(
    contents: Contents,
    group: Group,
    name: str,
    asked: object,
    indexes: Mapping[str, str],
    line: int,
    *,
    caret: bool,
) -> None:
    """Take one entry of a table of Poetry or Pipenv: a constraint, a table, or a list of these.

    `caret`: a bare version (`1.2`) is a range, as Poetry has it. An exact one is `==1.2` then.
    """
    purl = pypi_purl(name)
    for each in rows(asked) or [asked]:
        facts = table(each)
        constraint = sound(each if isinstance(each, str) else facts.get("version", ""))
        if not purl or constraint is None or not isinstance(each, str | dict):
            contents.unread(f"not a requirement in {group.what}: {name}", line)
            continue
        origin = origin_of(facts)
        index = indexes.get(words(facts.get("source")) or words(facts.get("index")), "")
        if not origin and index:
            origin = origins.registry(index)
        version = exact(constraint)
        if not caret and BARE_VERSION.fullmatch(constraint):
            version = constraint
        contents.add(Package(purl, version, constraint, True, group.dev, origin, line=line))
