"""Versions of Ruby gems."""

from univers.gem import GemVersion

from opsroom.judge.matching import Scheme

SCHEME = Scheme(
    key=GemVersion,
    types=frozenset({"gem"}),
    source="guides.rubygems.org/patterns and Gem::Version, as the library univers reads them",
    pin=r"=?\s*(\d[^\s,<>~]*)",
)
