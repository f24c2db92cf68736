"""composer.json: the packages that a PHP project asks for, as `pkg:composer/vendor/name`.

Requirements are constraints; composer.lock says which versions are used. PHP itself and its
extensions are no packages. A project (`type`) is not meant for a registry.
"""

import re

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package, Published
from opsroom.model.text import plain
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.homes import home_among
from opsroom.observe.reading.key_lines import KeyLines
from opsroom.observe.reading.plain_text import json_of, text_of
from opsroom.observe.reading.purls import path_purl
from opsroom.observe.reading.values import table, words

PART = r"[A-Za-z0-9]+(?:[_.-]{1,2}[A-Za-z0-9]+)*"
NAME = re.compile(f"{PART}/{PART}")
EXACT = re.compile(r"v?\d+(?:\.\d+){1,3}(?:-[A-Za-z0-9.]+)?")


def parse(path: str, content: bytes) -> Manifest:
    """Read a composer.json."""
    text = text_of(content)
    top = json_of(text)
    composer = table(top)
    if composer != top:
        raise NotUnderstood("no object: it is no composer.json")
    contents = Contents()
    for section, dev in (("require", False), ("require-dev", True)):
        lines = KeyLines(text)
        lines.line(section, 1)
        for name, asked in table(composer.get(section)).items():
            line = lines.line(name, 2)
            if not NAME.fullmatch(name):
                if "/" in name:
                    contents.unread(f"no name of a package: {plain(name, 60)}", line)
                continue
            constraint = words(asked)
            version = constraint if EXACT.fullmatch(constraint) else ""
            contents.put(
                Package(path_purl("composer", name), version, constraint, True, dev, line=line)
            )
    if NAME.fullmatch(name := words(composer.get("name"))):
        private = words(composer.get("type")) == "project"
        line = KeyLines(text).line("name", 1)
        version = words(composer.get("version"))
        support = table(composer.get("support")).items()
        told = home_among([*support, ("homepage", composer.get("homepage"))])
        contents.put(Published(path_purl("composer", name), version, private, line, told))
    return contents.manifest()


FORMAT = Format(names=("composer.json",), kind="php", parse=parse, revision=2)
