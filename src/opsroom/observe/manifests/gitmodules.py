""".gitmodules: the Git repositories within this one, as `pkg:github/owner/name` and the like.

The file names no commit: which one is used stands in the tree of the commit that holds it. A
relative URL is told as it is written.
"""

import re

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.model.text import plain
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.git_urls import git_source
from opsroom.observe.reading.plain_text import text_of

SECTION = re.compile(r"\[\s*submodule\s+\"(?P<name>(?:[^\"\\]|\\.)*)\"\s*\]\s*(?:[#;].*)?")
OPTION = re.compile(r"(?P<key>[A-Za-z][A-Za-z0-9-]*)\s*(?:=\s*(?P<value>.*))?")


def parse(path: str, content: bytes) -> Manifest:
    """Read a .gitmodules."""
    contents = Contents()
    modules: dict[str, tuple[dict[str, str], int]] = {}
    inside: dict[str, str] | None = None
    for number, raw in enumerate(text_of(content).split("\n"), 1):
        line = raw.strip()
        if not line or line[0] in "#;":
            continue
        if section := SECTION.fullmatch(line):
            inside, _ = modules.setdefault(section["name"], ({}, number))
        elif (option := OPTION.fullmatch(line)) and inside is not None:
            value = (option["value"] or "").strip().strip('"')
            inside[option["key"].lower()] = value
            if option["key"].lower() == "url":
                inside["line"] = str(number)
        else:
            raise NotUnderstood(f"no section and no option in line {number}: {plain(line, 60)}")
    for name, (options, place) in modules.items():
        if not options.get("url"):
            contents.unread(f"a submodule without URL: {plain(name, 60)}", place)
            continue
        source = git_source(options["url"])
        branch = options.get("branch", "")
        contents.put(
            Package(
                source.purl,
                constraint=branch,
                direct=True,
                origin=source.origin,
                line=int(options["line"]),
            )
        )
    return contents.manifest()


FORMAT = Format(names=(".gitmodules",), kind="submodules", parse=parse)
