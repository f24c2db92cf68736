"""Configuration of mise: tools that come straight from a repository's releases.

"aqua:owner/name" = "1.2"      "ubi:owner/name" = { version = "1.2" }
"""

import re

from opsroom.model.manifest import Manifest
from opsroom.model.mention import Mention
from opsroom.observe.manifests import Format
from opsroom.observe.reading.git_addresses import git_address
from opsroom.observe.reading.mentioned import manifest_of
from opsroom.observe.reading.plain_text import text_or_none
from opsroom.observe.reading.said_lines import lines_of

MOST_BYTES = 256 << 10
BACKENDS = {
    "aqua": "github.com",
    "ubi": "github.com",
    "github": "github.com",
    "gitlab": "gitlab.com",
}
TOOL = re.compile(
    r"\s*[\"'](?P<backend>aqua|ubi|github|gitlab):(?P<name>[\w-][\w.-]*/[\w.-]+)(?:/[\w./-]+)?"
    r"(?:\[[^\]\"']*\])?[\"']\s*=\s*(?:\{.*?\bversion\s*=\s*)?[\"'](?P<version>[\w.+-]*)[\"']?.*"
)


def parse(path: str, content: bytes) -> Manifest:
    """Read the tools of a file."""
    text = text_or_none(content, MOST_BYTES)
    found: list[Mention] = []
    for line in lines_of(path, text):
        if not (match := TOOL.fullmatch(line.text)):
            continue
        named = git_address(f"https://{BACKENDS[match['backend']]}/{match['name']}.git")
        version = "" if match["version"] == "latest" else match["version"]
        if named:
            found.append(Mention("address", named.origin, line.number, version))
    return manifest_of(found)


FORMAT = Format(
    names=(
        *("mise.toml", ".mise.toml", "mise.*.toml", ".mise.*.toml"),
        *("**/mise/config.toml", ".mise/config.toml"),
    ),
    kind="mise",
    parse=parse,
    beside=True,
)
