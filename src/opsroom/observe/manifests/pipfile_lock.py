"""`Pipfile.lock`, spec 6: every package of `Pipfile`, flat, in categories.

It tells neither what is direct nor who needs whom. What is in `develop` alone is for development.
"""

from typing import Any

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.observe.manifests import Format
from opsroom.observe.reading import origins
from opsroom.observe.reading.contents import Contents, sound, the_table, unknown_version
from opsroom.observe.reading.key_lines import KeyLines
from opsroom.observe.reading.plain_text import json_of, text_of
from opsroom.observe.reading.purls import pypi_purl
from opsroom.observe.reading.values import rows, table, words


def parse(path: str, content: bytes) -> Manifest:
    """Read a lockfile of Pipenv."""
    text = text_of(content)
    document = table(json_of(text))
    meta = the_table(document.get("_meta"), 'not a lockfile of Pipenv: it has no "_meta"')
    if meta.get("pipfile-spec") != 6:
        line = KeyLines(text).line("pipfile-spec", 2)
        raise unknown_version("Pipenv", meta.get("pipfile-spec"), line)
    sources = {
        words(source.get("name")): words(source.get("url"))
        for source in map(table, rows(meta.get("sources")))
    }
    lines = KeyLines(text)
    contents = Contents()
    for category, entries in document.items():
        if category == "_meta":
            continue
        line = lines.line(category, 1)
        if not table(entries) and entries != {}:
            contents.unread(f"{category} is no object", line)
            continue
        for name, entry in table(entries).items():
            line = lines.line(name, 2)
            package = _package(name, table(entry), sources, category == "develop", line)
            if package:
                contents.add(package)
            else:
                contents.unread(f"{name}: neither name nor version can be told", line)
    return contents.manifest()


FORMAT = Format(names=("Pipfile.lock",), kind="python", parse=parse, locked=True)


def _package(
    name: str, entry: dict[str, Any], sources: dict[str, str], dev: bool, line: int
) -> Package | None:
    purl, written = pypi_purl(name), sound(entry.get("version", ""))
    origin = _origin(entry, sources)
    if not purl or written is None or not (written or origin):
        return None
    version = written.lstrip("=") if written.startswith("==") else ""
    if not version and written:
        return None
    return Package(purl, version, dev=dev, origin=origin, line=line)


def _origin(entry: dict[str, Any], sources: dict[str, str]) -> str:
    if git := words(entry.get("git")):
        return origins.git(git, words(entry.get("ref")))
    for key in ("path", "file"):
        if where := words(entry.get(key)):
            return origins.download(where) if "://" in where else origins.path(where)
    index = sources.get(words(entry.get("index")), "")
    return origins.registry(index) if index else ""
