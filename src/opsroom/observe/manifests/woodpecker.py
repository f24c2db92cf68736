"""Pipelines of Woodpecker and Drone: the images that their plugins for Docker push.

What their commands build is read as well, as what scripts build is.
"""

import re
from collections.abc import Iterator

from opsroom.model.manifest import Manifest
from opsroom.model.package import Published
from opsroom.observe.manifests import Format
from opsroom.observe.reading.build_commands import made_by
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.made_names import UNKNOWN, image_made, put_once
from opsroom.observe.reading.script_values import GIVEN, Values
from opsroom.observe.reading.values import rows, table, words
from opsroom.observe.reading.yaml_text import Entries, Items, documents

PLUGIN = re.compile(
    r"(?:docker\.io/)?(?:plugins/(?:docker|kaniko|ecr|gcr|acr)|woodpeckerci/plugin-[\w-]*"
    r"|codeberg\.org/woodpecker-plugins/[\w-]+|thegeeklab/drone-docker[\w-]*)(?:[:@].*)?"
)


def _steps(top: Entries) -> Iterator[Entries]:
    """The steps of a pipeline, which are a list, or a mapping by their names."""
    for key in ("steps", "pipeline"):
        held = top.get(key)
        for each in held if isinstance(held, Items) else table(held).values():
            if isinstance(each, Entries):
                yield each


def _pushed(step: Entries, values: Values) -> Iterator[Published]:
    given = step.get("settings")
    holder = given if isinstance(given, Entries) else step
    listed = holder.get("repo")
    registry = values.settled(words(holder.get("registry"))).partition("://")[2]
    registry = registry or values.settled(words(holder.get("registry")))
    for each in listed if isinstance(listed, Items) else words(listed).split(","):
        name = values.settled(words(each))
        first = name.partition("/")[0]
        if registry and UNKNOWN not in registry and "." not in first and ":" not in first:
            name = f"{registry.rstrip('/')}/{name}"
        if made := image_made(name, holder.lines.get("repo", holder.line)):
            yield made


def parse(path: str, content: bytes) -> Manifest:
    """Read a pipeline of Woodpecker or Drone."""
    contents = Contents()
    for top in documents(content):
        for step in _steps(top) if isinstance(top, Entries) else ():
            values = Values(dict(GIVEN))
            for name, value in table(step.get("environment")).items():
                values.set(name, words(value))
            if PLUGIN.fullmatch(words(step.get("image"))):
                put_once(_pushed(step, values), contents)
            commands = step.get("commands")
            lines = commands.lines if isinstance(commands, Items) else []
            for command, line in zip(rows(commands), lines, strict=True):
                values.assign(words(command))
                put_once(made_by(line, words(command), values), contents)
    return contents.manifest()


FORMAT = Format(
    names=(
        *(".woodpecker.yml", ".woodpecker.yaml", ".woodpecker/**/*.yml", ".woodpecker/**/*.yaml"),
        *(".drone.yml", ".drone.yaml"),
    ),
    kind="shell",
    parse=parse,
    beside=True,
)
