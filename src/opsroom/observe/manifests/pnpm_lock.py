"""`pnpm-lock.yaml`, lockfile version 5, 6 and 9.

Its importers are the packages of the workspace: what they ask for is direct. Versions before 9
mark what is only for development; for later ones it is what only `devDependencies` reach. One
package may be installed several times for several peers: that is one package.
"""

from typing import Any

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading import origins
from opsroom.observe.reading.contents import Contents, sound, unknown_version
from opsroom.observe.reading.npm_specs import spec_of
from opsroom.observe.reading.pnpm_names import key_of, taken_apart, without_peers
from opsroom.observe.reading.purls import npm_purl
from opsroom.observe.reading.values import table, words
from opsroom.observe.reading.yaml_text import Entries, documents

RUN_TIME = ("dependencies", "optionalDependencies")
GROUPS = (*RUN_TIME, "devDependencies")
KNOWN = (5, 6, 9)


def parse(path: str, content: bytes) -> Manifest:
    """Read a lockfile of pnpm; the newest write what pnpm itself needs in a document before."""
    found = [each for each in documents(content) if isinstance(each, Entries)]
    if not found:
        raise NotUnderstood("not a lockfile of pnpm: it is no mapping")
    contents = Contents()
    for document in found:
        _Lock(document, contents).read()
    return contents.manifest()


FORMAT = Format(names=("pnpm-lock.yaml",), kind="javascript", parse=parse, locked=True)


class _Lock:
    """One document, while it is read."""

    def __init__(self, document: Entries, contents: Contents) -> None:
        written = words(document.get("lockfileVersion")).partition(".")[0]
        self.version = int(written) if written in map(str, KNOWN) else 0
        if not self.version:
            line = document.lines.get("lockfileVersion", 0)
            raise unknown_version("pnpm", document.get("lockfileVersion"), line)
        self.document = document
        self.contents = contents
        self.places: dict[str, int] = {}

    def read(self) -> None:
        """Take everything that the document holds."""
        for key, node in self._entries("packages"):
            self._take(key, table(node), self._line("packages", key))
        # since version 9 what a package needs stands apart, once for each set of peers
        for key, node in self._entries("snapshots" if self.version >= 9 else "packages"):
            index = self._index(key)
            if index is not None:
                for needed in self._asked(table(node), RUN_TIME):
                    self.contents.edge(index, needed)
        self._mark()

    def _entries(self, section: str) -> list[tuple[str, Any]]:
        node = self.document.get(section)
        if node is not None and not isinstance(node, Entries):
            raise NotUnderstood(f"not a lockfile of pnpm: {section} is no mapping")
        return list(table(node).items())

    def _line(self, section: str, key: str) -> int:
        node = self.document[section]
        return node.lines[key] if isinstance(node, Entries) else 0

    def _take(self, key: str, entry: dict[str, Any], line: int) -> None:
        package = self._package(key, entry, line)
        if not package and key.startswith("file:"):
            return  # a folder without a name: no package of npm
        if not package:
            self.contents.unread(f"{key}: neither name nor version can be told", line)
            return
        index = self.contents.add(package)
        self.places[key] = self.places[without_peers(key)] = index
        if entry.get("requiresBuild") is True:
            name = package.purl.removeprefix("pkg:npm/").replace("%40", "@")
            self.contents.scripts.append(f"{name}@{package.version}: install")

    def _package(self, key: str, entry: dict[str, Any], line: int) -> Package | None:
        named = taken_apart(key, self.version)
        name = words(entry.get("name")) or (named.name if named else "")
        written = words(entry.get("version")) or (named.version if named else "")
        purl, version = npm_purl(name), sound(written)
        if not purl or version is None:
            return None
        resolution = table(entry.get("resolution"))
        origin = self._origin(name, resolution, named.registry if named else "", key)
        spec = spec_of(name, version)
        if spec.origin:
            origin, version = origin or spec.origin, spec.version
        dev = entry.get("dev") is True
        return Package(purl, version, direct=False, dev=dev, origin=origin, line=line)

    def _origin(self, name: str, resolution: dict[str, Any], host: str, key: str) -> str:
        if repository := words(resolution.get("repo")):
            return origins.git(repository, words(resolution.get("commit")))
        if folder := words(resolution.get("directory")):
            return origins.path(folder)
        if tarball := words(resolution.get("tarball")):
            local = tarball.startswith("file:")
            return origins.path(tarball[5:]) if local else origins.tarball(tarball, name)
        if host:
            return origins.registry(f"https://{host}/")
        return origins.path(key[5:]) if key.startswith("file:") else ""

    def _index(self, key: str) -> int | None:
        return self.places.get(key, self.places.get(without_peers(key)))

    def _asked(self, entry: dict[str, Any], groups: tuple[str, ...]) -> list[int]:
        found: list[int] = []
        for group in groups:
            for name, node in table(entry.get(group)).items():
                reference = words(table(node).get("version", node))
                if not reference.startswith("link:"):
                    index = self._index(key_of(name, reference, self.version))
                    found += [] if index is None else [index]
        return found

    def _mark(self) -> None:
        """Mark what the importers ask for, and what is in use only for development."""
        importers = table(self.document.get("importers")) or {".": self.document}
        run_time: set[int] = set()
        development: set[int] = set()
        for importer in map(table, importers.values()):
            run_time.update(self._asked(importer, RUN_TIME))
            development.update(self._asked(importer, ("devDependencies",)))
        for index in run_time | development:
            self.contents.direct(index)
        if self.version >= 9:
            reached = self.contents.reached
            self.contents.only_for_development(reached(development) - reached(run_time))
