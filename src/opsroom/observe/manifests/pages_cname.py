"""CNAME files: the name under which the pages of a repository answer."""

from opsroom.model.manifest import Manifest
from opsroom.observe.manifests import Format
from opsroom.observe.reading.mentioned import manifest_of
from opsroom.observe.reading.plain_text import text_or_none
from opsroom.observe.reading.served_names import serving

MOST_BYTES = 1 << 10


def parse(path: str, content: bytes) -> Manifest:
    """Read the one name of a file."""
    lines = text_or_none(content, MOST_BYTES).split("\n")
    said = [(number, line.strip()) for number, line in enumerate(lines, 1) if line.strip()]
    if len(said) != 1:
        return Manifest()
    return manifest_of(serving(said[0][1], said[0][0]))


FORMAT = Format(names=("CNAME",), kind="pages", parse=parse, beside=True)
