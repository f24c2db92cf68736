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
    modules: dict[str, dict[str, tuple[str, int]]] = {}
    inside: dict[str, tuple[str, int]] | None = None
    for number, raw in enumerate(text_of(content).split("\n"), 1):
        line = raw.strip()
        if not line or line[0] in "#;":
            continue
        if section := SECTION.fullmatch(line):
            inside = modules.setdefault(section["name"], {"": ("", number)})
        elif (option := OPTION.fullmatch(line)) and inside is not None:
            inside[option["key"].lower()] = (option["value"] or "").strip().strip('"'), number
        else:
            raise NotUnderstood(f"no section and no option in line {number}: {plain(line, 60)}")
    for name, options in modules.items():
        url, number = options.get("url", options[""])
        if not url:
            contents.unread(f"a submodule without URL: {plain(name, 60)}", number)
            continue
        with contents.entry(number):
            contents.put(_submodule(url, options.get("branch", ("", 0))[0], number))
    return contents.manifest()


def _submodule(url: str, branch: str, line: int) -> Package:
    source = git_source(url)
    return Package(source.purl, constraint=branch, direct=True, origin=source.origin, line=line)


FORMAT = Format(names=(".gitmodules",), kind="submodules", parse=parse)
