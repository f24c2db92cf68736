"""`package.json`: what a package of npm asks for, what it is, what runs when it is installed.

`overrides` and `resolutions` change which versions are taken and ask for nothing. `bundled` names
are dependencies too, and stand there.
"""

from typing import Any

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package, Published
from opsroom.observe.manifests import Format
from opsroom.observe.reading import origins
from opsroom.observe.reading.contents import Contents, sound, the_table
from opsroom.observe.reading.folders import folder
from opsroom.observe.reading.homes import home
from opsroom.observe.reading.key_lines import KeyLines
from opsroom.observe.reading.npm_specs import spec_of
from opsroom.observe.reading.plain_text import json_of, text_of
from opsroom.observe.reading.purls import npm_purl
from opsroom.observe.reading.values import table, words

GROUPS = {
    "dependencies": False,
    "optionalDependencies": False,
    "peerDependencies": False,
    "devDependencies": True,
}
"""Whether what is asked for there is only for development."""

AT_INSTALL = (
    *("preinstall", "install", "postinstall"),
    *("prepublish", "preprepare", "prepare", "postprepare"),
)
"""Scripts that npm runs when a package, or a checkout of it, is installed; in its order."""


def parse(path: str, content: bytes) -> Manifest:
    """Read the manifest of a package of npm."""
    text = text_of(content)
    document = the_table(json_of(text), "not a package.json: it isn't an object")
    contents = Contents()
    lines = KeyLines(text)
    for key, value in document.items():
        if key == "name":
            _publish(document, contents, lines.line(key, 1))
        elif key == "scripts":
            contents.scripts += [name for name in AT_INSTALL if name in table(value)]
        elif key in GROUPS:
            line = lines.line(key, 1)
            _group(table(value), GROUPS[key], contents, lines)
            if not table(value) and value not in (None, [], {}):
                contents.unread(f"{key} is no object", line)
    return contents.manifest()


FORMAT = Format(names=("package.json",), kind="javascript", parse=parse, revision=2)


def _publish(document: dict[str, Any], contents: Contents, line: int) -> None:
    purl = npm_purl(document["name"])
    if purl:
        registry = table(document.get("publishConfig")).get("registry")
        elsewhere = isinstance(registry, str) and not origins.is_public(registry)
        private = elsewhere or document.get("private") in (True, "true")
        version = sound(document.get("version")) or ""
        place = document.get("repository")
        told = home(table(place).get("url") or place, short=True)
        part = folder(words(table(place).get("directory")))
        contents.publishes.append(Published(purl, version, private, line, told, part))


def _group(asked: dict[str, Any], dev: bool, contents: Contents, lines: KeyLines) -> None:
    for name, written in asked.items():
        line = lines.line(name, 2)
        constraint = sound(written)
        spec = spec_of(name, constraint) if constraint is not None else None
        purl = npm_purl(spec.name) if spec else None
        if spec and purl:
            contents.add(
                Package(purl, spec.version, spec.constraint, True, dev, spec.origin, line=line)
            )
        else:
            contents.unread(f"{name}: neither name nor version can be told", line)
