"""skaffold.yaml: the images that it builds, each with its folder."""

from collections.abc import Iterator

from opsroom.model.manifest import Manifest
from opsroom.model.package import Published
from opsroom.observe.manifests import Format
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.folders import folder
from opsroom.observe.reading.made_names import image_made, put_once
from opsroom.observe.reading.values import rows, table, words
from opsroom.observe.reading.yaml_text import Entries, documents


def _artifacts(top: Entries) -> Iterator[Published]:
    for holder in (top, *rows(top.get("profiles"))):
        for artifact in rows(table(table(holder).get("build")).get("artifacts")):
            if isinstance(artifact, Entries) and (name := words(artifact.get("image"))):
                part = folder(words(artifact.get("context")))
                if made := image_made(name, artifact.lines["image"], part):
                    yield made


def parse(path: str, content: bytes) -> Manifest:
    """Read a configuration of Skaffold."""
    contents = Contents()
    for top in documents(content):
        if isinstance(top, Entries):
            put_once(_artifacts(top), contents)
    return contents.manifest()


FORMAT = Format(
    names=("skaffold.yaml", "skaffold.yml"), kind="kubernetes", parse=parse, beside=True
)
