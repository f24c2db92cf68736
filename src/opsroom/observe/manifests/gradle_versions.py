"""Version catalogues of Gradle (`gradle/libs.versions.toml`), as `pkg:maven/group/artifact`.

A library stands there to be used by build scripts; which of them do, only those say. A plugin is
the marker artifact that Gradle looks for it by, and for the build alone.
"""

import re
from typing import Any

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.model.text import plain
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.plain_text import text_of, toml_of
from opsroom.observe.reading.purls import purl
from opsroom.observe.reading.toml_paths import path_lines
from opsroom.observe.reading.values import table, words

SECTIONS = frozenset({"versions", "libraries", "bundles", "plugins", "metadata"})
EXACT = re.compile(r"\d[\w.-]*")


def _asked(version: object, versions: dict[str, Any]) -> str:
    """What is asked for: the strictest that is said."""
    if isinstance(version, str):
        return version.strip()
    rich = table(version)
    if "ref" in rich:
        named = versions.get(words(rich["ref"]))
        return _asked(named, {}) if named is not None else ""
    return next(
        (said for key in ("strictly", "require", "prefer") if (said := words(rich.get(key)))), ""
    )


def _library(entry: object) -> tuple[str, str, object]:
    if isinstance(entry, str):
        group, _, rest = entry.partition(":")
        name, _, version = rest.partition(":")
        return group, name, version
    library = table(entry)
    group, _, name = words(library.get("module")).partition(":")
    return (
        group or words(library.get("group")),
        name or words(library.get("name")),
        library.get("version"),
    )


def _plugin(entry: object) -> tuple[str, str, object]:
    if isinstance(entry, str):
        identity, _, version = entry.partition(":")
        return identity, f"{identity}.gradle.plugin", version
    identity = words(table(entry).get("id"))
    return identity, f"{identity}.gradle.plugin", table(entry).get("version")


def parse(path: str, content: bytes) -> Manifest:
    """Read a version catalogue."""
    text = text_of(content)
    catalogue = toml_of(text)
    if not catalogue.keys() <= SECTIONS:
        raise NotUnderstood("it has sections that no version catalogue has")
    versions = table(catalogue.get("versions"))
    lines = path_lines(text)
    contents = Contents()
    for section, read, dev in (("libraries", _library, False), ("plugins", _plugin, True)):
        for alias, entry in table(catalogue.get(section)).items():
            group, name, version = read(entry)
            line = lines.get((section, alias), 0)
            if not group or not name:
                contents.unread(f"no coordinates: {plain(alias, 60)}", line)
                continue
            asked = _asked(version, versions)
            exact = asked if EXACT.fullmatch(asked) else ""
            with contents.entry(line):
                found = purl("maven", name, group)
                contents.put(Package(found, exact, asked, True, dev, line=line))
    return contents.manifest()


FORMAT = Format(names=("*.versions.toml",), kind="java", parse=parse)
