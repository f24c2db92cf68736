"""packages.lock.json of NuGet, versions 1 and 2: as `pkg:nuget/Name`.

Locked for each target framework; a version that several of them have is one package. Projects are
the repository's own.
"""

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.model.text import plain
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading import origins
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.key_lines import KeyLines
from opsroom.observe.reading.plain_text import json_of, text_of
from opsroom.observe.reading.purls import purl
from opsroom.observe.reading.values import table, words

VERSIONS = frozenset({"1", "2"})
DIRECT = {"Direct": True, "Transitive": False, "CentralTransitive": False, "Project": True}


def _framework(
    packages: dict[str, object], lines: KeyLines, contents: Contents, known: dict[str, int]
) -> None:
    places: dict[str, int] = {}
    for name, entry in packages.items():
        kind, version = words(table(entry).get("type")), words(table(entry).get("resolved"))
        line = lines.line(name, 3)
        if kind not in DIRECT or not (version or kind == "Project"):
            raise NotUnderstood(f"a package without type or version: {plain(name, 60)}")
        key = f"{name.lower()} {version}"
        if key not in known:
            known[key] = len(contents.packages)
            contents.put(
                Package(
                    purl("nuget", name),
                    version,
                    words(table(entry).get("requested")),
                    direct=DIRECT[kind],
                    origin=origins.workspace("") if kind == "Project" else "",
                    line=line,
                )
            )
        elif DIRECT[kind]:
            contents.direct(known[key])
        places[name.lower()] = known[key]
    for name, entry in packages.items():
        for needed in table(table(entry).get("dependencies")):
            if needed.lower() in places:
                contents.edge(places[name.lower()], places[needed.lower()])


def parse(path: str, content: bytes) -> Manifest:
    """Read a packages.lock.json."""
    text = text_of(content)
    lock = table(json_of(text))
    version = words(lock.get("version"))
    if version not in VERSIONS:
        raise NotUnderstood(
            f"version {plain(version, 40) or '?'} of packages.lock.json is not known"
        )
    if not isinstance(lock.get("dependencies"), dict):
        raise NotUnderstood("no dependencies: the file is of another kind")
    contents = Contents()
    lines = KeyLines(text)
    known: dict[str, int] = {}
    for framework, packages in table(lock["dependencies"]).items():
        lines.line(framework, 2)
        _framework(table(packages), lines, contents, known)
    return contents.manifest()


FORMAT = Format(names=("packages.lock.json",), kind="csharp", parse=parse, locked=True)
