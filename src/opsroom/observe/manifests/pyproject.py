"""`pyproject.toml`: what a Python project asks for, and what it publishes.

`[project]` (PEP 621), `[dependency-groups]` (PEP 735), `[build-system]`, and the tables of uv,
Poetry and PDM. What builds it, groups, and the groups of those tools are for development; extras
are not.
"""

from collections.abc import Iterator
from typing import Any

from opsroom.model.manifest import Manifest
from opsroom.model.package import Published
from opsroom.observe.manifests import Format
from opsroom.observe.reading.contents import Contents, sound
from opsroom.observe.reading.homes import home_among
from opsroom.observe.reading.key_lines import TextLines, toml_lines
from opsroom.observe.reading.plain_text import text_of, toml_of
from opsroom.observe.reading.purls import pypi_purl
from opsroom.observe.reading.python_projects import Group, Sources, take, take_table
from opsroom.observe.reading.requirements import is_read
from opsroom.observe.reading.values import rows, table, words

PRIVATE = "private ::"
"""The public index refuses classifiers that begin so."""


def parse(path: str, content: bytes) -> Manifest:
    """Read the manifest of a Python project."""
    text = text_of(content)
    document = toml_of(text)
    contents = Contents()
    tools = table(document.get("tool"))
    lines = toml_lines(text)
    _publish(document, tools, contents, lines)
    sources = Sources(table(table(tools.get("uv")).get("sources")), _indexes(tools))
    found = TextLines(text)
    for group, requirements in _groups(document):
        if not rows(requirements) and requirements != []:
            contents.unread(f"{group.what} is of the wrong kind")
            continue
        for each in rows(requirements):
            if "include-group" in table(each):
                continue
            line = found.line(each) if isinstance(each, str) else 0
            take(contents, group, each, sources, line)
    _poetry(table(tools.get("poetry")), contents, sources, lines)
    _say_what_is_elsewhere(table(document.get("project")), tools, contents, lines)
    return contents.manifest()


FORMAT = Format(names=("pyproject.toml",), kind="python", parse=parse, revision=2)


def _publish(
    document: dict[str, Any],
    tools: dict[str, Any],
    contents: Contents,
    lines: dict[tuple[str, str], int],
) -> None:
    """What it makes: nothing where a tool says that it is no package."""
    poetry = table(tools.get("poetry"))
    uv, pdm = table(tools.get("uv")), table(tools.get("pdm"))
    if (
        poetry.get("package-mode") is False
        or uv.get("package") is False
        or pdm.get("distribution") is False
    ):
        return
    for header, project in (("project", table(document.get("project"))), ("tool.poetry", poetry)):
        if purl := pypi_purl(project.get("name")):
            classifiers = map(words, rows(project.get("classifiers")))
            private = any(each.lower().startswith(PRIVATE) for each in classifiers)
            version = sound(project.get("version")) or ""
            line = lines.get((header, "name"), 0)
            named = (*table(project.get("urls")).items(), *project.items())
            told = home_among(named)
            contents.publishes.append(Published(purl, version, private, line, told))
            return


def _indexes(tools: dict[str, Any]) -> dict[str, str]:
    """Addresses of the indexes that are named in it."""
    found: dict[str, str] = {}
    for tool, key in (("uv", "index"), ("poetry", "source"), ("pdm", "source")):
        for index in map(table, rows(table(tools.get(tool)).get(key))):
            found[words(index.get("name"))] = words(index.get("url"))
    return found


def _groups(document: dict[str, Any]) -> Iterator[tuple[Group, Any]]:
    """Every list of requirements, in the order of the file."""
    for key, value in document.items():
        match key:
            case "build-system":
                if "requires" in table(value):
                    yield Group("build-system.requires", dev=True), value["requires"]
            case "project":
                for part, asked in table(value).items():
                    if part == "dependencies":
                        yield Group("project.dependencies"), asked
                    elif part == "optional-dependencies":
                        yield from _named(f"project.{part}", asked, dev=False)
            case "dependency-groups":
                yield from _named(key, value, dev=True)
            case "tool":
                yield from _of_tools(table(value))
            case _:
                pass


def _of_tools(tools: dict[str, Any]) -> Iterator[tuple[Group, Any]]:
    for tool, value in tools.items():
        if tool == "uv" and "dev-dependencies" in table(value):
            yield Group("tool.uv.dev-dependencies", dev=True), value["dev-dependencies"]
        elif tool == "pdm" and "dev-dependencies" in table(value):
            yield from _named("tool.pdm.dev-dependencies", value["dev-dependencies"], dev=True)


def _named(what: str, groups: Any, dev: bool) -> Iterator[tuple[Group, Any]]:
    if not table(groups) and groups != {}:
        yield Group(what, dev), None
        return
    for name, asked in table(groups).items():
        yield Group(f"{what}.{name}", dev), asked


def _poetry(
    poetry: dict[str, Any],
    contents: Contents,
    sources: Sources,
    lines: dict[tuple[str, str], int],
) -> None:
    groups = {"dependencies": poetry.get("dependencies")}
    groups["dev-dependencies"] = poetry.get("dev-dependencies")
    for name, group in table(poetry.get("group")).items():
        groups[f"group.{name}.dependencies"] = table(group).get("dependencies")
    for key, asked in groups.items():
        group = Group(
            f"tool.poetry.{key}", dev=key not in {"dependencies", "group.main.dependencies"}
        )
        if asked not in (None, {}) and not table(asked):
            contents.unread(f"{group.what} is of the wrong kind")
        for name, each in table(asked).items():
            if name.lower() != "python":
                line = lines.get((group.what, name)) or lines.get((f"{group.what}.{name}", ""), 0)
                take_table(contents, group, name, each, sources.indexes, line, caret=True)


def _say_what_is_elsewhere(
    project: dict[str, Any],
    tools: dict[str, Any],
    contents: Contents,
    lines: dict[tuple[str, str], int],
) -> None:
    """Dependencies that are `dynamic` are known only where Poetry's table or lists have them."""
    if "dependencies" not in rows(project.get("dynamic")) or "dependencies" in table(
        tools.get("poetry")
    ):
        return
    dynamic = table(table(tools.get("setuptools")).get("dynamic"))
    files = table(dynamic.get("dependencies")).get("file")
    named = [words(each) for each in rows(files) or [files]]
    if not all(each and is_read(each) for each in named):
        line = lines.get(("project", "dynamic"), 0)
        contents.unread("dependencies are dynamic: only a build tells them", line)
