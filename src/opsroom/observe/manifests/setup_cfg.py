"""`setup.cfg`: what a Python project that setuptools builds asks for, and what it publishes."""

import configparser
from collections.abc import Iterator

from opsroom.model.manifest import Manifest
from opsroom.model.package import Published
from opsroom.model.text import plain
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading.contents import Contents, sound
from opsroom.observe.reading.homes import home_among
from opsroom.observe.reading.plain_text import text_of
from opsroom.observe.reading.purls import pypi_purl
from opsroom.observe.reading.python_projects import Group, Sources, take

Requirements = Iterator[tuple[Group, str]]


def parse(path: str, content: bytes) -> Manifest:
    """Read a project's declarations; what points to another file (`file:`) is unread."""
    text = text_of(content)
    config = configparser.RawConfigParser(delimiters=("=",), comment_prefixes=("#", ";"))
    try:
        config.read_string(text)
    except configparser.Error as error:
        raise NotUnderstood(f"not a setup.cfg: {plain(str(error))}") from error
    contents = Contents()
    if purl := pypi_purl(config.get("metadata", "name", fallback=None)):
        version = sound(config.get("metadata", "version", fallback="")) or ""
        told = "" if version.startswith(("attr:", "file:")) else version
        contents.publishes.append(Published(purl, told, home=_home(config)))
    sources = Sources({}, {})
    for group, written in _asked(config):
        if written.startswith("file:"):
            contents.unread(f"{group.what} is in another file: {written}")
        else:
            take(contents, group, written, sources, _line(text, written))
    return contents.manifest()


FORMAT = Format(names=("setup.cfg",), kind="python", parse=parse, revision=2)


def _home(config: configparser.RawConfigParser) -> str:
    listed = (config.get("metadata", "project_urls", fallback="") or "").split("\n")
    named = [(name, address.strip()) for name, _, address in (row.partition("=") for row in listed)]
    keys = ("url", "home-page", "home_page")
    return home_among([*named, *(("url", config.get("metadata", k, fallback="")) for k in keys)])


def _asked(config: configparser.RawConfigParser) -> Requirements:
    for key, dev in (
        ("install_requires", False),
        ("setup_requires", True),
        ("tests_require", True),
    ):
        yield from _list(Group(key, dev), config.get("options", key, fallback=""))
    if config.has_section("options.extras_require"):
        for extra, written in config.items("options.extras_require"):
            yield from _list(Group(f"extras_require.{extra}"), written)


def _list(group: Group, written: str | None) -> Requirements:
    """Requirements stand one a line."""
    for line in (written or "").split("\n"):
        if line.strip() and not line.lstrip().startswith("#"):
            yield group, line.strip()


def _line(text: str, written: str) -> int:
    """The line that holds a requirement and nothing else; 0: none or several do."""
    found = [n for n, line in enumerate(text.split("\n"), 1) if line.strip() == written]
    return found[0] if len(found) == 1 else 0
