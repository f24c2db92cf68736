"""`yarn.lock`: of version 1, and of yarn 2 and later, which is YAML and has workspaces in it.

Version 1 doesn't say what is direct; later ones do, since workspaces are entries too. Neither says
what is only for development.
"""

import re
from typing import Any

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading import origins, yarn_classic
from opsroom.observe.reading.contents import Contents, sound, unknown_version
from opsroom.observe.reading.npm_specs import name_and_version, spec_of
from opsroom.observe.reading.plain_text import line_at, text_of
from opsroom.observe.reading.purls import npm_purl
from opsroom.observe.reading.values import table, words
from opsroom.observe.reading.yaml_text import Entries, document

KNOWN = range(1, 11)
"""Versions that yarn 2 to 4 and their candidates have written."""
LATER = re.compile(r"^__metadata:", re.MULTILINE)
CLASSIC = re.compile(r"^# yarn lockfile v(\S+)", re.MULTILINE)


def parse(path: str, content: bytes) -> Manifest:
    """Read a lockfile of yarn."""
    text = text_of(content)
    if LATER.search(text):
        return _later(content)
    version = CLASSIC.search(text)
    if not version or version[1] != "1":
        line = line_at(text, version.start()) if version else 0
        raise unknown_version("yarn", version and version[1], line)
    return _classic(text)


FORMAT = Format(names=("yarn.lock",), kind="javascript", parse=parse, locked=True)


def _classic(text: str) -> Manifest:
    contents = Contents()
    asked: dict[str, int] = {}
    needs: list[tuple[int, list[tuple[str, str]]]] = []
    for entry in yarn_classic.entries(text):
        package = _of_classic(entry)
        if not package:
            contents.unread(f"{', '.join(entry.patterns)}: neither name nor version", entry.line)
            continue
        index = contents.add(package)
        asked |= dict.fromkeys(entry.patterns, index)
        needs.append((index, entry.needs))
    for index, names in needs:
        for name, constraint in names:
            needed = asked.get(f"{name}@{constraint}")
            if needed is not None:
                contents.edge(index, needed)
    return contents.manifest()


def _of_classic(entry: yarn_classic.Entry) -> Package | None:
    if not entry.patterns:
        return None
    name, constraint = name_and_version(entry.patterns[0])
    spec = spec_of(name, constraint)
    purl, version = npm_purl(spec.name), sound(entry.facts.get("version"))
    if not purl or version is None:
        return None
    resolved = entry.facts.get("resolved", "")
    address, _, commit = resolved.partition("#")
    if address.startswith(("http:", "https:")) and not address.endswith(".git"):
        origin = origins.tarball(address, spec.name)
    elif spec.origin.startswith("git+"):
        asked, _, reference = spec.origin.partition("#")
        origin = origins.git(address or asked, commit or reference)
    else:
        origin = spec_of(spec.name, resolved).origin if resolved else spec.origin
    return Package(purl, version, origin=origin, line=entry.line)


def _later(content: bytes) -> Manifest:
    found = document(content)
    if not isinstance(found, Entries):
        raise NotUnderstood("not a lockfile of yarn: it is no mapping")
    metadata = table(found.get("__metadata"))
    version = metadata.get("version")
    if version not in KNOWN or isinstance(version, bool):
        line = found.lines.get("__metadata", 0)
        raise unknown_version("yarn", version, line)
    contents = Contents()
    asked: dict[str, int] = {}
    own: list[dict[str, Any]] = []
    needs: list[tuple[int, dict[str, Any]]] = []
    for patterns, node in found.items():
        if patterns == "__metadata":
            continue
        entry, line = table(node), found.lines[patterns]
        name, resolution = name_and_version(words(entry.get("resolution")))
        if resolution.startswith("workspace:"):
            own.append(entry)
        if resolution == "workspace:.":
            continue
        package = _of_later(name, resolution, entry, line)
        if not package and resolution.startswith("link:"):
            continue  # a folder under a name of one's own liking: no package of npm
        if not package:
            contents.unread(f"{patterns}: neither name nor version can be told", line)
            continue
        index = contents.add(package)
        asked |= dict.fromkeys(patterns.split(", "), index)
        needs.append((index, entry))
    for index, entry in needs:
        for name, constraint in table(entry.get("dependencies")).items():
            needed = _found(name, words(constraint), asked)
            if needed is not None:
                contents.edge(index, needed)
    for entry in own:
        for name, constraint in table(entry.get("dependencies")).items():
            needed = _found(name, words(constraint), asked)
            if needed is not None:
                contents.direct(needed)
    return contents.manifest()


def _of_later(name: str, resolution: str, entry: dict[str, Any], line: int) -> Package | None:
    purl, version = npm_purl(name), sound(words(entry.get("version")))
    if not purl or version is None or not resolution:
        return None
    kind, _, rest = resolution.partition(":")
    origin = ""
    match kind:
        case "npm":
            address = re.search(r"::__archiveUrl=([^&]+)", rest)
            origin = origins.tarball(origins.unquoted(address[1]), name) if address else ""
        case "workspace":
            origin, version = origins.workspace(rest), ""
        case "patch":
            origin = ""
        case "link" | "portal" | "file":
            origin = origins.path(re.split("::|#", rest)[0])
            version = "" if version == "0.0.0-use.local" else version
        case _:
            origin = _of_address(name, resolution)
    return Package(purl, version, direct=False, origin=origin, line=line)


def _of_address(name: str, resolution: str) -> str:
    """Git, or a tarball: `https://host/owner/name.git#commit=...`."""
    resolution = resolution.partition("::")[0]
    if "#commit=" in resolution or "#workspace=" in resolution:
        url, _, fragment = resolution.partition("#")
        commit = re.search(r"(?:^|&)commit=([^&]+)", fragment)
        return origins.git(url, commit[1] if commit else "")
    return spec_of(name, resolution).origin


def _found(name: str, constraint: str, asked: dict[str, int]) -> int | None:
    """The package that a dependency means; `npm:` is left out before ranges in older files."""
    for pattern in (f"{name}@{constraint}", f"{name}@npm:{constraint}"):
        if pattern in asked:
            return asked[pattern]
    return None
