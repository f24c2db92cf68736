"""Cargo.toml: the crates that a crate or workspace asks for, as `pkg:cargo/name`.

Requirements are constraints; Cargo.lock says which versions are used. Crates for building count as
development: they aren't there at run time.
"""

from collections.abc import Iterator
from typing import Any

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package, Published
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading import origins
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.homes import home_among
from opsroom.observe.reading.plain_text import text_of, toml_of
from opsroom.observe.reading.purls import purl
from opsroom.observe.reading.toml_paths import path_lines
from opsroom.observe.reading.values import table, words

KINDS = {
    "dependencies": False,
    "dev-dependencies": True,
    "build-dependencies": True,
    "dev_dependencies": True,
    "build_dependencies": True,
}
"""Tables of dependencies, and whether they are only for development or a build."""
Table = tuple[tuple[str, ...], dict[str, Any], bool]


def _tables(manifest: dict[str, Any]) -> Iterator[Table]:
    for kind, dev in KINDS.items():
        yield (kind,), table(manifest.get(kind)), dev
    yield (
        ("workspace", "dependencies"),
        table(table(manifest.get("workspace")).get("dependencies")),
        False,
    )
    for target, tables in table(manifest.get("target")).items():
        for kind, dev in KINDS.items():
            yield ("target", target, kind), table(table(tables).get(kind)), dev
    for registry, patches in table(manifest.get("patch")).items():
        yield ("patch", registry), table(patches), False


def _package(name: str, asked: object, dev: bool, line: int) -> Package:
    if isinstance(asked, str):
        return Package(purl("cargo", name), "", asked, True, dev, line=line)
    wanted = table(asked)
    origin = ""
    version = ""
    if git := words(wanted.get("git")):
        origin = origins.git(git)
        asked_for = (words(wanted.get(key)) for key in ("tag", "branch", "rev"))
        version = next(filter(None, asked_for), "")
    elif path := words(wanted.get("path")):
        origin = origins.path(path)
    elif registry := words(wanted.get("registry")):
        origin = f"registry:{registry}"
    elif index := words(wanted.get("registry-index")):
        origin = origins.registry(index)
    return Package(
        purl=purl("cargo", words(wanted.get("package")) or name),
        version=version,
        constraint=words(wanted.get("version"))
        or ("workspace" if wanted.get("workspace") is True else ""),
        direct=True,
        dev=dev,
        origin=origin,
        line=line,
    )


def parse(path: str, content: bytes) -> Manifest:
    """Read a Cargo.toml."""
    text = text_of(content)
    manifest = toml_of(text)
    if not manifest.keys() & {"package", "project", "workspace"}:
        raise NotUnderstood("neither a package nor a workspace: cut off, or of another kind")
    lines = path_lines(text)
    found = Contents()
    for where, asked, dev in _tables(manifest):
        for name, wanted in asked.items():
            found.put(_package(name, wanted, dev, lines.get((*where, name), 0)))
    crate = table(manifest.get("package")) or table(manifest.get("project"))
    if name := words(crate.get("name")):
        publish: object = crate.get("publish", True)
        private = publish is False or publish == []
        found.put(
            Published(
                purl("cargo", name),
                words(crate.get("version")),
                private,
                lines.get(("package", "name"), 0),
                home_among(crate.items()),
            )
        )
    return found.manifest()


FORMAT = Format(names=("Cargo.toml",), kind="rust", parse=parse, revision=2)
