""".goreleaser.yaml: the images that a release pushes.

Templates are settled where they name the project and the file says how it is called.
"""

import re
from collections.abc import Iterator

from opsroom.model.manifest import Manifest
from opsroom.observe.manifests import Format
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.made_names import UNKNOWN, image_made, put_once
from opsroom.observe.reading.values import words
from opsroom.observe.reading.yaml_text import Entries, Items, Node, document

TEMPLATE = re.compile(r"\{\{-?\s*(?P<what>[^{}]*?)\s*-?\}\}")
NAMES = {
    "dockers": ("image_templates",),
    "dockers_v2": ("images",),
    "docker_manifests": ("name_template",),
    "kos": ("repository", "repositories"),
}
"""Lists of what makes images, and the keys that name these."""


def _named(top: Entries) -> Iterator[tuple[str, int]]:
    for section, keys in NAMES.items():
        listed = top.get(section)
        for each in listed if isinstance(listed, Items) else ():
            if isinstance(each, Entries):
                for key in keys:
                    yield from _texts(each, key)


def _texts(holder: Entries, key: str) -> Iterator[tuple[str, int]]:
    value: Node = holder.get(key)
    if isinstance(value, Items):
        yield from zip(map(words, value), value.lines, strict=True)
    elif value is not None:
        yield words(value), holder.lines[key]


def parse(path: str, content: bytes) -> Manifest:
    """Read the configuration of GoReleaser."""
    top = document(content)
    contents = Contents()
    if not isinstance(top, Entries):
        return contents.manifest()
    known = {".ProjectName": words(top.get("project_name"))}
    settled = (
        (TEMPLATE.sub(lambda match: known.get(match["what"]) or UNKNOWN, name), line)
        for name, line in _named(top)
    )
    put_once(filter(None, (image_made(name, line) for name, line in settled)), contents)
    return contents.manifest()


FORMAT = Format(
    names=tuple(
        f"{dot}goreleaser{more}.{ending}"
        for dot in ("", ".")
        for more in ("", "-*", ".*")
        for ending in ("yml", "yaml")
    ),
    kind="go",
    parse=parse,
    beside=True,
)
