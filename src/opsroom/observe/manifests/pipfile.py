"""`Pipfile`: what a project that uses Pipenv asks for, in categories."""

from opsroom.model.manifest import Manifest
from opsroom.observe.manifests import Format
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.key_lines import toml_lines
from opsroom.observe.reading.plain_text import text_of, toml_of
from opsroom.observe.reading.python_projects import Group, take_table
from opsroom.observe.reading.values import rows, table, words

NO_CATEGORY = frozenset({"source", "requires", "scripts", "pipenv", "build-system"})


def parse(path: str, content: bytes) -> Manifest:
    """Read what Pipenv is asked for."""
    text = text_of(content)
    document = toml_of(text)
    lines = toml_lines(text)
    indexes = {
        words(source.get("name")): words(source.get("url"))
        for source in map(table, rows(document.get("source")))
    }
    contents = Contents()
    for category, asked in document.items():
        if category in NO_CATEGORY:
            continue
        if not table(asked) and asked != {}:
            contents.unread(f"{category} is no table")
        group = Group(category, dev=category == "dev-packages")
        for name, each in table(asked).items():
            line = lines.get((category, name), 0)
            take_table(contents, group, name, each, indexes, line, caret=False)
    return contents.manifest()


FORMAT = Format(names=("Pipfile",), kind="python", parse=parse)
