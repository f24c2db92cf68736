"""Gemfile.lock (and gems.locked): the gems of a bundle, as `pkg:gem/name`.

A gem that is locked for several platforms is one package. Gems from PATH are the repository's own.
A gem from Git has the version of its specification, and its commit is part of `origin`.
"""

import re
from dataclasses import replace

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.model.text import plain
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading import origins
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.plain_text import text_of
from opsroom.observe.reading.purls import purl

SOURCES = frozenset({"GEM", "GIT", "PATH", "PLUGIN SOURCE"})
SECTION = re.compile(r"[A-Z][A-Z ]*")
SPEC = re.compile(r" {4}(?P<name>[^\s()]+) \((?P<version>[^\s()-]+)(?:-(?P<platform>[^()\s]+))?\)")
NEEDED = re.compile(r" {6}(?P<name>[^\s()!]+)(?: \((?P<constraint>[^()]*)\))?!?")
ASKED = re.compile(r" {2}(?P<name>[^\s()!]+)(?: \((?P<constraint>[^()]*)\))?!?")
OPTION = re.compile(r" {2}(?P<key>[a-z_]+): ?(?P<value>.*)")
PUBLIC = "https://rubygems.org"


class _Lock:
    """One Gemfile.lock on its way through its lines."""

    def __init__(self) -> None:
        self.contents = Contents()
        self.places: dict[str, int] = {}
        self.needs: list[tuple[int, str]] = []
        self.asked: dict[str, str] = {}
        self.section = ""
        self.options: dict[str, str] = {}
        self.place = -1

    def take(self, line: str, number: int) -> None:
        """Take one line that is not empty."""
        if not line.startswith(" "):
            if not SECTION.fullmatch(line):
                raise NotUnderstood(f"no section of a Gemfile.lock in line {number}")
            self.section, self.options, self.place = line, {}, -1
        elif self.section in SOURCES:
            self._of_source(line, number)
        elif self.section == "DEPENDENCIES":
            match = ASKED.fullmatch(line)
            if not match:
                raise NotUnderstood(f"no dependency in line {number}: {plain(line.strip(), 60)}")
            self.asked[match["name"]] = match["constraint"] or ""

    def _of_source(self, line: str, number: int) -> None:
        if option := OPTION.fullmatch(line):
            self.options.setdefault(option["key"], option["value"].strip())
        elif spec := SPEC.fullmatch(line):
            self._spec(spec["name"], spec["version"], number)
        elif (needed := NEEDED.fullmatch(line)) and self.place >= 0:
            self.needs.append((self.place, needed["name"]))
        else:
            raise NotUnderstood(f"no gem in line {number}: {plain(line.strip(), 60)}")

    def _spec(self, name: str, version: str, number: int) -> None:
        known = self.places.get(name)
        if known is not None and self.contents.packages[known].version == version:
            self.place = known
            return
        self.place = self.places[name] = len(self.contents.packages)
        self.contents.put(Package(purl("gem", name), version, origin=self._origin(), line=number))

    def _origin(self) -> str:
        remote = self.options.get("remote", "")
        if self.section == "PATH":
            return origins.path(remote)
        if self.section == "GIT":
            return origins.git(remote, self.options.get("revision", ""))
        return "" if remote.rstrip("/") in ("", PUBLIC) else origins.registry(remote)


def parse(path: str, content: bytes) -> Manifest:
    """Read a Gemfile.lock."""
    lock = _Lock()
    for number, line in enumerate(text_of(content).split("\n"), 1):
        if line.strip():
            lock.take(line.rstrip(), number)
    if lock.section != "DEPENDENCIES" and not lock.asked and lock.contents.packages:
        raise NotUnderstood("no section DEPENDENCIES: the file is cut off")
    contents = lock.contents
    for name, place in lock.places.items():
        contents.packages[place] = replace(
            contents.packages[place],
            direct=name in lock.asked,
            constraint=lock.asked.get(name, ""),
        )
    for place, name in lock.needs:
        if name in lock.places:
            contents.edge(place, lock.places[name])
    return contents.manifest()


FORMAT = Format(names=("Gemfile.lock", "gems.locked"), kind="ruby", parse=parse, locked=True)
