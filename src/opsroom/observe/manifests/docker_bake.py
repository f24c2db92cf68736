"""Files of `docker buildx bake`: the images that its targets make, by their tags.

In HCL and in JSON. Variables have the defaults that the file gives them.
"""

import re

from opsroom.model.manifest import Manifest
from opsroom.observe.manifests import Format
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.made_names import UNKNOWN, image_made, put_once
from opsroom.observe.reading.plain_text import json_of, text_of
from opsroom.observe.reading.values import rows, table, words

MOST_BYTES = 1 << 20
DEFAULT = re.compile(
    r"^[ \t]*variable[ \t]+\"(?P<name>\w{1,100})\"[ \t]*\{[^}]{0,500}?"
    r"\bdefault[ \t]*=[ \t]*\"(?P<value>[^\"\n]{0,300})\"",
    re.MULTILINE,
)
TAGS = re.compile(r"^[ \t]*tags[ \t]*=[ \t]*\[(?P<tags>[^\]=]{0,4000})\]", re.MULTILINE)
QUOTED = re.compile(r"\"(?P<text>[^\"\n]{1,500})\"")
VARIABLE = re.compile(r"\$\{([^{}]*)\}")


def parse(path: str, content: bytes) -> Manifest:
    """Read a file of bake."""
    contents = Contents()
    text = text_of(content, MOST_BYTES)
    if path.endswith(".json"):
        top = table(json_of(text))
        defaults = {
            name: words(table(each).get("default"))
            for name, each in table(top.get("variable")).items()
        }
        targets = table(top.get("target")).values()
        tags = [(words(tag), 0) for each in targets for tag in rows(table(each).get("tags"))]
    else:
        defaults = {each["name"]: each["value"] for each in DEFAULT.finditer(text)}
        tags = _in_hcl(text)
    settled = (
        (VARIABLE.sub(lambda match: defaults.get(match[1].strip()) or UNKNOWN, tag), line)
        for tag, line in tags
    )
    put_once(filter(None, (image_made(tag, line) for tag, line in settled)), contents)
    return contents.manifest()


def _in_hcl(text: str) -> list[tuple[str, int]]:
    """Each tag of a target, with its line."""
    found: list[tuple[str, int]] = []
    line, offset = 1, 0
    for listed in TAGS.finditer(text):
        for quoted in QUOTED.finditer(text, listed.start("tags"), listed.end("tags")):
            line += text.count("\n", offset, quoted.start())
            offset = quoted.start()
            found.append((quoted["text"], line))
    return found


FORMAT = Format(
    names=("docker-bake.hcl", "docker-bake.*.hcl", "docker-bake.json", "docker-bake.*.json"),
    kind="dockerfile",
    parse=parse,
    beside=True,
)
