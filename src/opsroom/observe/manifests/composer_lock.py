"""composer.lock: the packages of a PHP project, as `pkg:composer/vendor/name`.

It doesn't say which are direct. A requirement that another package replaces or provides is met by
that one.
"""

from typing import Any

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.manifests.composer_json import NAME
from opsroom.observe.reading import origins
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.key_lines import KeyLines
from opsroom.observe.reading.plain_text import json_of, text_of
from opsroom.observe.reading.purls import path_purl
from opsroom.observe.reading.values import rows, table, words

PUBLIC = ("https://packagist.org/", "https://repo.packagist.org/")


def _origin(entry: dict[str, Any]) -> str:
    dist, source = table(entry.get("dist")), table(entry.get("source"))
    if words(dist.get("type")) == "path":
        return origins.path(words(dist.get("url")))
    if words(entry.get("notification-url")).startswith(PUBLIC):
        return ""
    if words(source.get("type")) == "git" and words(source.get("url")):
        return origins.git(words(source.get("url")), words(source.get("reference")))
    return origins.download(words(dist.get("url"))) if words(dist.get("url")) else ""


def parse(path: str, content: bytes) -> Manifest:
    """Read a composer.lock."""
    text = text_of(content)
    lock = table(json_of(text))
    if not isinstance(lock.get("packages"), list):
        raise NotUnderstood("no list of packages: it is no composer.lock")
    contents = Contents()
    lines = KeyLines(text)
    entries: list[dict[str, Any]] = []
    names: dict[str, int] = {}
    for section, dev in (("packages", False), ("packages-dev", True)):
        lines.line(section, 1)
        for row in rows(lock.get(section)):
            entry = table(row)
            name, version = words(entry.get("name")), words(entry.get("version"))
            line = lines.line("name", 3)
            if not NAME.fullmatch(name) or not version:
                raise NotUnderstood(f"a package of {section} has no name or no version")
            names.setdefault(name.lower(), len(entries))
            entries.append(entry)
            origin = _origin(entry)
            contents.put(
                Package(path_purl("composer", name), version, dev=dev, origin=origin, line=line)
            )
    for key in ("replace", "provide"):
        for index, entry in enumerate(entries):
            for name in table(entry.get(key)):
                names.setdefault(name.lower(), index)
    for index, entry in enumerate(entries):
        for name in table(entry.get("require")):
            if name.lower() in names:
                contents.edge(index, names[name.lower()])
    return contents.manifest()


FORMAT = Format(names=("composer.lock",), kind="php", parse=parse, locked=True)
