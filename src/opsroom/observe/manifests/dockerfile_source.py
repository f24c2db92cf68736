"""Labels of Dockerfiles that say which repository an image is made from."""

import re

from opsroom.model.manifest import Manifest
from opsroom.observe.manifests import Format, dockerfile
from opsroom.observe.reading.mentioned import manifest_of
from opsroom.observe.reading.plain_text import text_or_none
from opsroom.observe.reading.sources import source

WANTED = (b"image.source", b"vcs-url")
LABEL = re.compile(
    r"(?<![\w.])(?P<key>org\.opencontainers\.image\.source|org\.label-schema\.vcs-url)[\"']?"
    r"[=\s]\s{0,20}[\"']?(?P<url>[^\s\"'\\]+)"
)
LONGEST = 2_000


def parse(path: str, content: bytes) -> Manifest:
    """Read the labels of a Dockerfile."""
    if not any(each in content for each in WANTED):
        return Manifest()
    lines = text_or_none(content).split("\n")
    found = [
        mention
        for number, line in enumerate(lines, 1)
        if not line.lstrip().startswith("#")
        for match in LABEL.finditer(line[:LONGEST])
        if (mention := source(match["key"], match["url"], number, serves=True))
    ]
    return manifest_of(found)


FORMAT = Format(names=dockerfile.FORMAT.names, kind="dockerfile", parse=parse, beside=True)
