"""Configuration of nginx and Apache: under which names they answer, and whom they ask.

server_name a.example.org b.example.org;      upstream app { server app.internal:8080; }
"""

import re

from opsroom.model.manifest import Manifest
from opsroom.model.mention import Mention
from opsroom.observe.manifests import Format
from opsroom.observe.reading.mentioned import manifest_of
from opsroom.observe.reading.network_names import asked
from opsroom.observe.reading.plain_text import text_or_none
from opsroom.observe.reading.said_lines import lines_of
from opsroom.observe.reading.served_names import serving

MOST_BYTES = 512 << 10
WANTED = re.compile(rb"server_name\s|\bServer(?:Name|Alias)\s|\bupstream\s", re.IGNORECASE)
NAMES = re.compile(r"(?:^|.*[\s{;])(?:server_name|Server(?:Name|Alias))\s+(?P<names>[^;{}]+);?.*")
UPSTREAM = re.compile(r"(?:^|.*[\s{;])server\s+(?P<host>[A-Za-z][\w.-]*(?::\d+)?)(?:\s[^;{}]*)?;.*")


def parse(path: str, content: bytes) -> Manifest:
    """Read the names of sites and the servers of upstreams."""
    if not WANTED.search(content):
        return Manifest()
    text = text_or_none(content, MOST_BYTES)
    found: list[Mention] = []
    for line in lines_of(path, text):
        if match := NAMES.fullmatch(line.text):
            for name in match["names"].split():
                found += serving(name.strip("\"'").partition(":")[0], line.number)
        elif (match := UPSTREAM.fullmatch(line.text)) and (name := asked(match["host"])):
            found.append(Mention("host", name, line.number))
    return manifest_of(found)


FORMAT = Format(
    names=(
        *("*.conf", "*.conf.template", "*.conf.j2", "*.nginx", "*.vhost", ".htaccess"),
        *("**/sites-available/*", "**/sites-enabled/*", "*.conf.erb", "*.conf.tmpl"),
    ),
    kind="web-server",
    parse=parse,
    beside=True,
)
