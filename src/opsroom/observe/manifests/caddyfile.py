"""Caddyfiles: under which names sites answer, and whom their proxies ask."""

import re
from collections.abc import Iterator

from opsroom.model.manifest import Manifest
from opsroom.model.mention import Mention
from opsroom.observe.manifests import Format
from opsroom.observe.reading.mentioned import manifest_of
from opsroom.observe.reading.network_names import asked
from opsroom.observe.reading.plain_text import text_or_none
from opsroom.observe.reading.said_lines import lines_of
from opsroom.observe.reading.served_names import serving

MOST_BYTES = 512 << 10
SITE = re.compile(r"(?:https?://)?(?P<name>[\w.*-]+)(?::\d+)?(?:/\S*)?")
PROXY = re.compile(r"\s*(?:reverse_proxy|php_fastcgi|forward_auth)\s+(?P<to>[^{}]+)\{?\s*")
ADDRESS = re.compile(r"(?:https?://|h2c://)?(?P<host>[A-Za-z][\w.-]*(?::\d+)?)(?:/\S*)?")


def _sites(text: str, line: int) -> Iterator[Mention]:
    for word in re.split(r"[\s,]+", text.rstrip().rstrip("{").strip()):
        if match := SITE.fullmatch(word):
            yield from serving(match["name"], line)


def _asked(to: str, line: int) -> Iterator[Mention]:
    for word in to.split():
        match = ADDRESS.fullmatch(word)
        if match and (name := asked(match["host"])):
            yield Mention("host", name, line)


def parse(path: str, content: bytes) -> Manifest:
    """Read the sites of a Caddyfile: what stands before a block that is in none."""
    text = text_or_none(content, MOST_BYTES)
    found: list[Mention] = []
    depth = 0
    for line in lines_of(path, text):
        opens = line.text.rstrip().endswith("{")
        if depth == 0 and (opens or line.text.rstrip().endswith(",")):
            found += _sites(line.text, line.number)
        elif match := PROXY.fullmatch(line.text):
            found += _asked(match["to"], line.number)
        depth = max(0, depth + opens - (line.text.strip() == "}"))
    return manifest_of(found)


FORMAT = Format(
    names=("Caddyfile", "Caddyfile.*", "*.caddyfile", "*.Caddyfile"),
    kind="web-server",
    parse=parse,
    beside=True,
)
