"""Cargo.lock, versions 1 to 4: the crates of a workspace, as `pkg:cargo/name`.

Crates without a source are the workspace's own; what they depend on is direct. A lock doesn't say
what is only for development. A crate from Git has the version of its manifest, and its commit is
part of `origin`.
"""

import re
from typing import Any

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.model.text import plain
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading import origins
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.plain_text import text_of, toml_of
from opsroom.observe.reading.purls import purl
from opsroom.observe.reading.toml_paths import path_lines
from opsroom.observe.reading.values import rows, table, words

VERSIONS = frozenset({"1", "2", "3", "4"})
OWN = origins.workspace("")
PUBLIC = re.compile(
    r"registry\+https://github\.com/rust-lang/crates\.io-index|sparse\+https://index\.crates\.io/"
)
NEEDED = re.compile(r"(?P<name>\S+)(?: (?P<version>\S+)(?: \((?P<source>[^()]*)\))?)?")


def origin_of(source: str) -> str:
    """The origin that a source of Cargo stands for; of a crate without one its own workspace."""
    if not source:
        return OWN
    if PUBLIC.fullmatch(source):
        return ""
    kind, _, url = source.partition("+")
    return origins.git(url) if kind == "git" else origins.registry(url)


def parse(path: str, content: bytes) -> Manifest:
    """Read a Cargo.lock."""
    text = text_of(content)
    lock = toml_of(text)
    version = words(lock.get("version", 1))
    if version not in VERSIONS:
        raise NotUnderstood(f"version {plain(version, 40) or '?'} of Cargo.lock is not known")
    if not lock.keys() & {"package", "root", "version"}:
        raise NotUnderstood("no packages: the file is cut off or of another kind")
    crates = [*rows(lock.get("package")), *([lock["root"]] if "root" in lock else [])]
    lines = path_lines(text)
    found = Contents()
    places: dict[str, list[int]] = {}
    for place, crate in enumerate(crates):
        name, exact = words(table(crate).get("name")), words(table(crate).get("version"))
        if not name or not exact:
            raise NotUnderstood(f"package {place + 1} has no name or no version")
        places.setdefault(name, []).append(place)
        line = lines.get(("package", str(place)), lines.get(("root",), 0))
        origin = origin_of(words(table(crate).get("source")))
        found.put(Package(purl("cargo", name), exact, direct=False, origin=origin, line=line))
    _edges(found, crates, places)
    return found.manifest()


def _edges(found: Contents, crates: list[Any], places: dict[str, list[int]]) -> None:
    """Tell what each crate needs; what the workspace's own ones need is direct."""
    for place, crate in enumerate(crates):
        for needed in rows(crate.get("dependencies")):
            match = NEEDED.fullmatch(words(needed))
            if not match:
                raise NotUnderstood(f"package {place + 1} has a dependency that can't be read")
            fitting = [
                other
                for other in places.get(match["name"], ())
                if match["version"] in (None, found.packages[other].version)
                and match["source"] in (None, words(crates[other].get("source")))
            ]
            if len(fitting) != 1:
                raise NotUnderstood(
                    f"package {place + 1} depends on one that isn't there: the file is cut off"
                )
            found.edge(place, fitting[0])
            if found.packages[place].origin == OWN:
                found.direct(fitting[0])


FORMAT = Format(names=("Cargo.lock",), kind="rust", parse=parse, locked=True)
