"""What a manifest turns out to hold, gathered entry by entry and within bounds."""

from collections.abc import Generator, Iterable, Sized
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from opsroom.model.manifest import Manifest, Unread
from opsroom.model.mention import Mention
from opsroom.model.package import Package, Published
from opsroom.model.text import plain
from opsroom.observe.manifests import NotUnderstood
from opsroom.observe.reading.values import rows, table

MOST_PACKAGES = 200_000
MOST_EDGES = 2_000_000
MOST_UNREAD = 100
"""Told one by one; more of them say nothing new."""
MOST_OF_A_NAME = 100
"""Packages of one name in a lock that has to be searched for the right one."""
LONGEST_VERSION = 300


def sound(value: object) -> str | None:
    """A version or a constraint: one printable line, not too long. None: it is something else."""
    if not isinstance(value, str) or len(value) > LONGEST_VERSION or not value.isprintable():
        return None
    return value.strip()


def unknown_version(of: str, version: object, line: int) -> NotUnderstood:
    """What is raised for a lockfile of a version that nothing is known of."""
    told = plain(str(version), 40) if version not in (None, "") else "none"
    where = f", line {line}" if line else ""
    return NotUnderstood(f"lockfile version {told} of {of} is not known{where}")


def not_too_many(candidates: Sized, name: str) -> None:
    """See that a name doesn't stand for absurdly many packages, which would all be compared."""
    if len(candidates) > MOST_OF_A_NAME:
        raise NotUnderstood(f"more than {MOST_OF_A_NAME} packages are named {plain(name, 60)}")


class Contents:
    """The packages of one file; the same package from the same place is one, its edges joined."""

    def __init__(self) -> None:
        self.packages: list[Package] = []
        self.publishes: list[Published] = []
        self.scripts: list[str] = []
        self.mentions: list[Mention] = []
        self._edges: dict[tuple[int, int], None] = {}
        self._unread: list[Unread] = []
        self._places: dict[tuple[str, str, str, str], int] = {}

    def add(self, package: Package) -> int:
        """Take a package, or find the one that is the same; returns its index.

        What is direct in one place is direct; what is for development is so in every place.
        """
        place = package.purl, package.version, package.origin, package.constraint
        index = self._places.setdefault(place, len(self.packages))
        if index == len(self.packages):
            if index == MOST_PACKAGES:
                raise NotUnderstood(f"more than {MOST_PACKAGES:,} packages")
            self.packages.append(package)
            return index
        known = self.packages[index]
        if (package.direct and not known.direct) or (known.dev and not package.dev):
            self.packages[index] = replace(
                known, direct=known.direct or package.direct, dev=known.dev and package.dev
            )
        return index

    def put(self, what: Package | Published | Mention | Unread | None) -> None:
        """Take one thing for its own place in the file, whatever is the same; None: nothing.

        Raises:
            NotUnderstood: its version or what is asked for can't be shown.
        """
        if isinstance(what, Package | Published) and sound(what.version) != what.version:
            raise NotUnderstood(f"no version of a package: {plain(what.version, 60)!r}")
        if isinstance(what, Package):
            if sound(what.constraint) is None or not what.origin.isprintable():
                raise NotUnderstood(f"no requirement of a package: {plain(what.constraint, 60)!r}")
            if len(self.packages) >= MOST_PACKAGES:
                raise NotUnderstood(f"more than {MOST_PACKAGES:,} packages")
            self.packages.append(what)
        elif isinstance(what, Published):
            self.publishes.append(what)
        elif isinstance(what, Mention):
            self.mentions.append(what)
        elif what:
            self.unread(what.reason, what.line)

    @contextmanager
    def entry(self, line: int) -> Generator[None]:
        """Read one entry of several: one that isn't understood is noted and the others are read."""
        try:
            yield
        except NotUnderstood as error:
            self.unread(error.message, line)

    def direct(self, index: int) -> None:
        """Mark a package as one that the repository itself asks for."""
        if not self.packages[index].direct:
            self.packages[index] = replace(self.packages[index], direct=True)

    def only_for_development(self, indexes: Iterable[int]) -> None:
        """Mark packages as there for development alone."""
        for index in indexes:
            self.packages[index] = replace(self.packages[index], dev=True)

    def edge(self, needs: int, needed: int) -> None:
        """Note that one package needs another; none needs itself."""
        if needs != needed:
            self._edges[needs, needed] = None
            if len(self._edges) > MOST_EDGES:
                raise NotUnderstood(f"more than {MOST_EDGES:,} edges")

    def unread(self, reason: str, line: int = 0) -> None:
        """Note what could not be understood; `reason` may quote the file."""
        if len(self._unread) < MOST_UNREAD:
            self._unread.append(Unread(plain(reason), line))
        elif len(self._unread) == MOST_UNREAD:
            self._unread.append(Unread("and more"))

    def reached(self, starts: Iterable[int]) -> frozenset[int]:
        """The packages that are in use when those of `starts` are."""
        needs: dict[int, list[int]] = {}
        for one, other in self._edges:
            needs.setdefault(one, []).append(other)
        found = set(starts)
        ahead = list(found)
        while ahead:
            for each in needs.get(ahead.pop(), ()):
                if each not in found:
                    found.add(each)
                    ahead.append(each)
        return frozenset(found)

    def manifest(self) -> Manifest:
        """The whole of it."""
        return Manifest(
            packages=tuple(self.packages),
            edges=tuple(self._edges),
            publishes=tuple(self.publishes),
            unread=tuple(self._unread),
            scripts=tuple(self.scripts),
            mentions=tuple(self.mentions),
        )


def the_table(value: object, otherwise: str) -> dict[str, Any]:
    """The mapping itself.

    Raises:
        NotUnderstood: it is something else; `otherwise` is said.
    """
    found = table(value)
    if not found and not isinstance(value, dict):
        raise NotUnderstood(otherwise)
    return found


def the_rows(value: object, otherwise: str) -> list[Any]:
    """The list itself.

    Raises:
        NotUnderstood: it is something else; `otherwise` is said.
    """
    found = rows(value)
    if not found and not isinstance(value, list):
        raise NotUnderstood(otherwise)
    return found
