"""flake.lock of Nix: the repositories of the inputs that a flake names itself."""

from collections.abc import Mapping
from typing import Any

from opsroom.model.manifest import Manifest
from opsroom.model.mention import Mention
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading.contents import sound
from opsroom.observe.reading.git_addresses import git_address
from opsroom.observe.reading.key_lines import KeyLines
from opsroom.observe.reading.mentioned import manifest_of
from opsroom.observe.reading.plain_text import json_of, text_of
from opsroom.observe.reading.values import table, words

HOSTS = {"github": "github.com", "gitlab": "gitlab.com", "sourcehut": "git.sr.ht"}
MOST_BYTES = 4 << 20


def _address(locked: Mapping[str, Any]) -> str:
    host = words(locked.get("host")) or HOSTS.get(words(locked.get("type")), "")
    url = words(locked.get("url"))
    if host:
        url = f"https://{host}/{words(locked.get('owner'))}/{words(locked.get('repo'))}.git"
    found = git_address(url)
    return found.origin if found else ""


def parse(path: str, content: bytes) -> Manifest:
    """Read the inputs of the root; `version` is the commit that each is locked to."""
    text = text_of(content, MOST_BYTES)
    top = table(json_of(text))
    nodes = table(top.get("nodes"))
    root = table(nodes.get(words(top.get("root"))))
    if not nodes:
        raise NotUnderstood("no nodes: it is no lock of a flake")
    direct = {words(name) for name in table(root.get("inputs")).values()}
    lines = KeyLines(text)
    lines.line("nodes", 1)
    found: list[Mention] = []
    for name, node in nodes.items():
        if name not in direct:
            continue
        line = lines.line(name, 2)
        locked = table(table(node).get("locked"))
        if address := _address(locked):
            found.append(Mention("address", address, line, sound(words(locked.get("rev"))) or ""))
    return manifest_of(found)


FORMAT = Format(names=("flake.lock",), kind="nix", parse=parse, beside=True)
