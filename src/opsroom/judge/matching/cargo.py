"""Versions of crates: semantic ones, among which the build decides last."""

from opsroom.judge.matching import Scheme
from opsroom.judge.semantic_versions import Key, Parts, key, read


def _build(text: str) -> Parts:
    """Order builds by their parts, as the crate semver does: 0, 00, 1, 01, 2, a."""
    return tuple(
        part
        for each in text.split(".")
        for part in (((0, int(each)), (0, len(each))) if each.isdecimal() else ((1, each),))
        if each
    )


def _key(version: str) -> tuple[Key, Parts]:
    return key(version), _build(read(version)[2])


def _without_build(version: str) -> tuple[tuple[Key, Parts], tuple[Key, Parts]]:
    """Requirements, and so advisories, don't look at the build."""
    found = (key(version), ())
    return found, found


SCHEME = Scheme(
    key=_key,
    types=frozenset({"cargo"}),
    source="semver.org 2.0.0; builds as the crate semver 1.0 orders them",
    pin=r"=\s*(\d+\.\d+\.\d+[^\s,]*)",
    span=_without_build,
)
