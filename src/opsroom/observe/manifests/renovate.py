"""Configuration of Renovate: the repositories whose presets it extends.

    "extends": ["github>owner/name//folder/preset#v1", "local>owner/name"]

`local>` and presets of Gitea and Forgejo are on the host of whoever asks.
"""

import re

from opsroom.model.manifest import Manifest
from opsroom.model.mention import Mention
from opsroom.observe.manifests import Format
from opsroom.observe.reading.mentioned import manifest_of
from opsroom.observe.reading.plain_text import text_or_none
from opsroom.observe.reading.said_lines import lines_of

MOST_BYTES = 512 << 10
HOSTS = {
    "github": "github.com",
    "gitlab": "gitlab.com",
    "bitbucket": "bitbucket.org",
    "gitea": "{host}",
    "forgejo": "{host}",
    "local": "{host}",
}
PRESET = re.compile(
    r"[\"'](?P<host>github|gitlab|bitbucket|gitea|forgejo|local)>(?P<name>[\w.-]+(?:/[\w.-]+)+?)"
    r"(?://[\w./-]+)?(?::[\w./-]+)?(?:\([^\"']*\))?(?:#(?P<ref>[\w.+/-]+))?[\"']"
)


def parse(path: str, content: bytes) -> Manifest:
    """Read the presets that are extended; comments are those of JSON5."""
    if b">" not in content:
        return Manifest()
    text = text_or_none(content, MOST_BYTES)
    found = [
        Mention(
            "template",
            f"git+https://{HOSTS[match['host']]}/{match['name']}",
            line.number,
            match["ref"] or "",
        )
        for line in lines_of(path, text)
        for match in PRESET.finditer(line.text)
    ]
    return manifest_of(found)


FORMAT = Format(
    names=(
        *("renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json"),
        *(".renovaterc.json5", ".renovate/**/*.json5", ".renovate/**/*.json"),
        *("renovate-config.json", "renovate-config.js", "default.json"),
    ),
    kind="renovate",
    parse=parse,
    beside=True,
)
