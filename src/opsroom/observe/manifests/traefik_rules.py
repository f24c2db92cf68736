"""Files of Traefik's file provider: the names of its rules, and the servers behind them."""

import re

from opsroom.model.manifest import Manifest
from opsroom.model.mention import Mention
from opsroom.observe.manifests import Format
from opsroom.observe.reading.mentioned import manifest_of
from opsroom.observe.reading.plain_text import text_or_none
from opsroom.observe.reading.said_lines import lines_of
from opsroom.observe.reading.served_names import ruled

MOST_BYTES = 512 << 10
WANTED = re.compile(rb"\bHost(?:SNI)?\(")


def parse(path: str, content: bytes) -> Manifest:
    """Read the rules of a file; the addresses of servers are URLs as everywhere."""
    if not WANTED.search(content):
        return Manifest()
    text = text_or_none(content, MOST_BYTES)
    found: list[Mention] = []
    for line in lines_of(path, text):
        found += ruled(line.text, line.number)
    return manifest_of(found)


FORMAT = Format(
    names=tuple(
        f"{stem}.{ending}"
        for stem in ("*traefik*", "**/traefik/**", "dynamic*", "**/dynamic/*")
        for ending in ("yml", "yaml", "toml")
    ),
    kind="web-server",
    parse=parse,
    beside=True,
)
