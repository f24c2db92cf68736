"""`package-lock.json` and `npm-shrinkwrap.json`: what npm installs, of lockfile version 1, 2, 3.

Versions 2 and 3 list every folder under `node_modules` with all that is in its `package.json`, the
repository's own packages among them, so what is direct can be told. Version 1, and shrinkwraps
older than that, list a tree of packages and don't say who asked. Which package a name means is
found as Node finds it: in the folder itself, then in each above.
"""

from collections.abc import Iterable
from typing import Any

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading import origins
from opsroom.observe.reading.contents import Contents, sound, the_table, unknown_version
from opsroom.observe.reading.key_lines import KeyLines
from opsroom.observe.reading.npm_specs import spec_of
from opsroom.observe.reading.npm_trees import MODULES, Folders, found_from
from opsroom.observe.reading.plain_text import json_of, text_of
from opsroom.observe.reading.purls import npm_purl
from opsroom.observe.reading.values import table, words

RUN_TIME = ("dependencies", "optionalDependencies", "peerDependencies")
DEEPEST = 100
LONGEST_FOLDER = 1_000


def parse(path: str, content: bytes) -> Manifest:
    """Read a lockfile of npm."""
    text = text_of(content)
    document = the_table(json_of(text), "not a lockfile of npm: it isn't an object")
    match document.get("lockfileVersion", 1):
        case 1:
            return _tree(document, KeyLines(text))
        case 2 if "packages" not in document:
            return _tree(document, KeyLines(text))  # version 2 has both, for npm 6 and for later
        case 2 | 3:
            return _folders(document, KeyLines(text))
        case other:
            line = KeyLines(text).line("lockfileVersion", 1)
            raise unknown_version("npm", other, line)


FORMAT = Format(
    names=("package-lock.json", "npm-shrinkwrap.json"),
    kind="javascript",
    parse=parse,
    locked=True,
)


def _folders(document: dict[str, Any], lines: KeyLines) -> Manifest:
    """Versions 2 and 3: a flat table of folders."""
    entries = the_table(document.get("packages"), 'not a lockfile of npm: "packages" is no object')
    contents = Contents()
    folders: Folders = {}
    own: list[str] = []
    links: dict[str, int] = {}
    for folder, node in entries.items():
        line = lines.line(folder, 2)
        entry = table(node)
        if not isinstance(node, dict) or len(folder) > LONGEST_FOLDER:
            contents.unread(f"{folder}: not an object, or no folder", line)
        elif MODULES not in folder:
            own.append(folder)
        elif entry.get("link"):
            target = words(entry.get("resolved"))
            found = _linked(folder, target, entries.get(target), line)
            if found:
                links[target] = folders[folder] = contents.add(found)
            else:
                contents.unread(f"{folder}: not the name of a package", line)
        elif found := _installed(folder, entry, line):
            folders[folder] = contents.add(found)
            if entry.get("hasInstallScript") is True:
                contents.scripts.append(f"{_name(folder)}@{found.version}: install")
        else:
            contents.unread(f"{folder}: neither name nor version can be told", line)
    _connect(contents, folders, links, entries)
    _mark_direct(contents, folders, own, entries)
    return contents.manifest()


def _name(folder: str) -> str:
    return folder.rpartition(MODULES)[2]


def _linked(folder: str, target: str, entry: object, line: int) -> Package | None:
    """A folder of the repository, or beside it, that stands under `node_modules` as a link."""
    facts = table(entry)
    purl = npm_purl(facts.get("name", _name(folder)))
    if not purl:
        return None
    outside = target.startswith(("..", "/"))
    return Package(
        purl,
        version=sound(facts.get("version")) or "",
        origin=origins.path(target) if outside else origins.workspace(target),
        line=line,
    )


def _installed(folder: str, entry: dict[str, Any], line: int) -> Package | None:
    name = entry.get("name", _name(folder))
    resolved = entry.get("resolved")
    # what Git brings may have no version in its own package.json
    purl, version = npm_purl(name), sound(entry.get("version", "" if resolved else None))
    if not purl or version is None:
        return None
    origin = _resolved(name, resolved) if isinstance(resolved, str) else ""
    return Package(
        purl, version, direct=False, dev=entry.get("dev") is True, origin=origin, line=line
    )


def _resolved(name: str, resolved: str) -> str:
    """The origin of what was fetched from an address."""
    if resolved.startswith(("http:", "https:")):
        return origins.tarball(resolved, name)
    return spec_of(name, resolved).origin


def _connect(
    contents: Contents, folders: Folders, links: dict[str, int], entries: dict[str, Any]
) -> None:
    """Draw the edges: what each folder asks for, as Node finds it from there."""
    for folder, index in [*folders.items(), *links.items()]:
        for needed in _asked(folder, table(entries.get(folder)), RUN_TIME, folders):
            contents.edge(index, needed)


def _mark_direct(
    contents: Contents, folders: Folders, own: Iterable[str], entries: dict[str, Any]
) -> None:
    """Mark what the repository's own packages ask for."""
    for folder in own:
        for index in _asked(folder, entries[folder], (*RUN_TIME, "devDependencies"), folders):
            contents.direct(index)


def _asked(
    folder: str, entry: dict[str, Any], groups: Iterable[str], folders: Folders
) -> list[int]:
    found: list[int] = []
    for group in groups:
        if asked := table(entry.get(group)):
            indexes = (found_from(folder, name, folders) for name in asked)
            found += [index for index in indexes if index is not None]
    return found


def _tree(document: dict[str, Any], lines: KeyLines) -> Manifest:
    """Version 1: a tree of packages."""
    contents = Contents()
    folders: Folders = {}
    asked: list[tuple[str, dict[str, Any]]] = []
    _branch(document, "", 1, contents, folders, asked, lines)
    for folder, requires in asked:
        for name in requires:
            needed = found_from(folder, name, folders)
            if needed is not None:
                contents.edge(folders[folder], needed)
    return contents.manifest()


def _branch(
    parent: dict[str, Any],
    above: str,
    depth: int,
    contents: Contents,
    folders: Folders,
    asked: list[tuple[str, dict[str, Any]]],
    lines: KeyLines,
) -> None:
    entries = the_table(
        parent.get("dependencies", {}), 'not a lockfile of npm: "dependencies" is no object'
    )
    if depth > 2 * DEEPEST:
        raise NotUnderstood(f"nested more than {DEEPEST} deep")
    for name, node in entries.items():
        entry = table(node)
        line = lines.line(name, depth + 1, " {")  # `requires` has the same names, with texts
        package = _listed(name, entry, line)
        if not package:
            contents.unread(f"{above}{name}: neither name nor version can be told", line)
            continue
        folder = f"{above}{MODULES}{name}"
        folders[folder] = contents.add(package)
        if isinstance(entry.get("requires"), dict):
            asked.append((folder, entry["requires"]))
        _branch(entry, f"{folder}/", depth + 2, contents, folders, asked, lines)


def _listed(name: str, entry: dict[str, Any], line: int) -> Package | None:
    written = sound(entry.get("version"))
    if written is None:
        return None
    spec = spec_of(name, written)
    purl = npm_purl(spec.name)
    resolved = entry.get("resolved")
    origin = spec.origin
    if not origin and isinstance(resolved, str):
        origin = _resolved(spec.name, resolved)
    version = spec.version or ("" if origin else written)
    dev = entry.get("dev") is True
    return Package(purl, version, dev=dev, origin=origin, line=line) if purl else None
