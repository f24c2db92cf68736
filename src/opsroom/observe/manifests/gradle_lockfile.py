"""gradle.lockfile (and those of build scripts): what Gradle resolves, `pkg:maven/group/artifact`.

One line a module, with the configurations that it is in. It doesn't say what is direct, nor what
needs what. What is in configurations for tests or processors of annotations alone is for
development, as is everything of a build script.
"""

import re

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.model.text import plain
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.plain_text import text_of
from opsroom.observe.reading.purls import purl

LINE = re.compile(
    r"(?P<group>[^\s:=]+):(?P<name>[^\s:=]+):(?P<version>[^\s:=]+)=(?P<configurations>\S*)"
)
DEVELOPMENT = re.compile(r"test|annotationprocessor|kapt|ksp|^classpath$", re.IGNORECASE)
EMPTY = "empty="


def parse(path: str, content: bytes) -> Manifest:
    """Read a lockfile of Gradle."""
    contents = Contents()
    ended = False
    for number, raw in enumerate(text_of(content).split("\n"), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith(EMPTY):
            ended = True
            continue
        match = LINE.fullmatch(line)
        if not match:
            raise NotUnderstood(f"no module in line {number}: {plain(line, 60)}")
        configurations = match["configurations"].split(",")
        contents.put(
            Package(
                purl=purl("maven", match["name"], match["group"]),
                version=match["version"],
                dev=all(DEVELOPMENT.search(each) for each in configurations),
                line=number,
            )
        )
    if not ended:
        raise NotUnderstood("no line `empty=` at its end: the file is cut off or of another kind")
    return contents.manifest()


FORMAT = Format(
    names=("gradle.lockfile", "buildscript-gradle.lockfile", "settings-gradle.lockfile"),
    kind="java",
    parse=parse,
    locked=True,
)
