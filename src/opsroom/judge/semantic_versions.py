"""Semantic versions as tuples: what several ecosystems order theirs by, each in its own way."""

import re

VERSION = re.compile(
    r"[vV=\s]*(\d+)((?:\.\d+){0,3})(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]*))?\s*",
    re.ASCII,
)
RELEASE = (1,)
"""Comes after all that lead up to it."""

Key = tuple[int | tuple[int | tuple[int, int | str], ...], ...]
Parts = tuple[tuple[int, int | str], ...]


def read(version: str, numbers: int = 3) -> tuple[tuple[int, ...], str, str]:
    """Return the numbers, the pre-release and the build of a version; missing numbers are 0.

    Raises:
        ValueError: it is none, or has more than so many `numbers`.
    """
    found = VERSION.fullmatch(version)
    if found is None or found[2].count(".") >= numbers:
        raise ValueError(f"{version} is no semantic version")
    given = [int(found[1]), *(int(number) for number in found[2].split(".")[1:])]
    return (*given, *(0,) * (numbers - len(given))), found[3] or "", found[4] or ""


def parts(text: str) -> Parts:
    """Return identifiers with dots between them: numbers by value, and before all words."""
    return tuple((0, int(each)) if each.isdecimal() else (1, each) for each in text.split("."))


def key(version: str) -> Key:
    """Return what orders by precedence (semver.org, 2.0.0, 11): the build doesn't count.

    Raises:
        ValueError: it is no semantic version.
    """
    numbers, before, _ = read(version)
    return (*numbers, (0, *parts(before)) if before else RELEASE)
