"""The configuration of a repository, read without running anything.

A file of plain `[section "name"]` and `key = value` lines is read here. Whatever is more (an
include, a filter, quoting, a continued line, a configuration per work tree) is listed by git
itself. `git config --list` starts no program.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from opsroom.clients.git.command import Setting, git
from opsroom.clients.git.place import Place
from opsroom.clients.git.regular import read_regular
from opsroom.errors import ObservationError

SECTION = re.compile(rb'\[([A-Za-z0-9-]+)(?: "([^"\\\n\0]*)")?\][ \t]*')
ENTRY = re.compile(rb'[ \t]*([A-Za-z][A-Za-z0-9-]*)[ \t]*=[ \t]*([^"\\;#\n\0]*)')
COMMENT = re.compile(rb"[ \t]*(?:[#;].*)?")
NOT_SIMPLE = (b"filter", b"include")

MAX_FILTERS = 500
FALSE = frozenset({"false", "no", "off", "0", ""})


@dataclass(frozen=True)
class Config:
    """Keys as git prints them (section and name in lower case) with their values in order."""

    values: Mapping[str, tuple[str, ...]]

    def last(self, key: str) -> str | None:
        """The value that wins, or None."""
        values = self.values.get(key)
        return values[-1] if values else None

    def flag(self, key: str) -> bool:
        """Whether a boolean is set and true."""
        value = self.last(key)
        return value is not None and value.lower() not in FALSE

    def sections(self, section: str) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """The named sub-sections of `section`, each with its keys."""
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        for key, values in self.values.items():
            first, _, rest = key.partition(".")
            name, dot, last = rest.rpartition(".")
            if first == section and dot:
                found.setdefault(name, {})[last] = values
        return found

    @cached_property
    def filters(self) -> frozenset[str]:
        """The names of all filters that are defined."""
        return frozenset(self.sections("filter"))

    @property
    def partial(self) -> bool:
        """Whether objects may be missing because the clone is a partial one."""
        return "extensions.partialclone" in self.values or any(
            "promisor" in remote for remote in self.sections("remote").values()
        )

    @property
    def hides_untracked(self) -> bool | None:
        """Whether untracked files are not to be shown; None where nothing is said."""
        value = self.last("status.showuntrackedfiles")
        return None if value is None else value.lower() in FALSE

    def overrides(self) -> tuple[Setting, ...]:
        """Settings that take every filter its program.

        Raises:
            ObservationError: there are too many of them to be an honest configuration.
        """
        if len(self.filters) > MAX_FILTERS:
            raise ObservationError(f"its configuration defines {len(self.filters)} filters")
        return tuple(
            (f"filter.{name}.{key}", value)
            for name in sorted(self.filters)
            for key, value in (
                ("clean", ""),
                ("smudge", ""),
                ("process", ""),
                ("required", "false"),
            )
        )


def read_config(place: Place) -> Config:
    """The configuration that git would use in `place`.

    Raises:
        ObservationError: it can't be read.
    """
    content = read_regular(place.common_dir / "config") or b""
    simple = parse_simple(content)
    if simple is not None and not simple.flag("extensions.worktreeconfig"):
        return simple
    return parse_listing(git(place, ["config", "--list", "-z", "--includes"]))


def parse_simple(content: bytes) -> Config | None:
    """The configuration in `content`, or None when it takes git to understand it."""
    lowered = content.lower()
    if any(word in lowered for word in NOT_SIMPLE):
        return None
    values: dict[str, list[str]] = {}
    prefix = ""
    for line in content.split(b"\n"):
        if entry := ENTRY.fullmatch(line):
            if not prefix:
                return None
            key = prefix + entry[1].decode("ascii").lower()
            values.setdefault(key, []).append(_text(entry[2].rstrip()))
        elif section := SECTION.fullmatch(line):
            prefix = section[1].decode("ascii").lower() + "."
            if section[2] is not None:
                prefix += _text(section[2]) + "."
        elif not COMMENT.fullmatch(line):
            return None
    return Config({key: tuple(found) for key, found in values.items()})


def parse_listing(listing: bytes) -> Config:
    """What `git config --list -z` printed. A key without a value is true."""
    values: dict[str, list[str]] = {}
    for item in listing.split(b"\0"):
        key, separator, value = item.partition(b"\n")
        if key:
            values.setdefault(_text(key), []).append(_text(value) if separator else "true")
    return Config({key: tuple(found) for key, found in values.items()})


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
