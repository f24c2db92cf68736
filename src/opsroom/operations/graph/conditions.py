"""Conditions on versions: `npm/lodash<4.17.21`, `npm/lodash@4.17.20`, `pypi/django>=4,<5`.

Versions compare as their ecosystem compares them. What has no version, or one that its ecosystem
doesn't know, can't be told: it is neither in nor out.
"""

import operator
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from opsroom.errors import UsageError
from opsroom.judge.exposure.advisories import pinned
from opsroom.judge.matching import key, schemes, span
from opsroom.model.text import plain

CONDITION = re.compile(r"^([^<>=]+?)\s*((?:[<>]=?|={1,2})[^<>=].*)$")
PART = re.compile(r"\s*([<>]=?|={1,2})\s*([^\s,<>=]+)\s*")
AT = re.compile(r"^(.+[^/@:])@([^@/]+)$")
TAG = re.compile(r"^(.*[^/:]):([\w][\w.-]{0,127})$", re.ASCII)
"""An image with its tag. A port of a registry has a slash after it."""

COMPARES: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "==": operator.eq,
}


class Wanted(NamedTuple):
    """A name without its conditions, and them: every one has to hold."""

    name: str
    conditions: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.name + ",".join(f"{how}{version}" for how, version in self.conditions)

    def holds(self, kind: str, version: str, constraint: str = "") -> bool | None:
        """Whether a version of a type of purl is meant; None: that can't be told."""
        if not self.conditions:
            return True
        if not version and constraint:
            version = pinned(f"pkg:{kind}/x", constraint) or ""
        answers = [_compared(kind, how, version, other) for how, other in self.conditions]
        return False if False in answers else None if None in answers else True


def wanted(text: str) -> Wanted:
    """Take the conditions off a name.

    Raises:
        UsageError: what follows the name is no condition.
    """
    text = text.strip()
    if found := CONDITION.match(text):
        conditions: list[tuple[str, str]] = []
        for part in found[2].split(","):
            read = PART.fullmatch(part)
            if read is None:
                raise UsageError(
                    f"{plain(part, 40)!r} is no condition on versions",
                    "write npm/lodash<4.17.21, or pypi/django>=4,<5",
                )
            conditions.append((read[1], read[2]))
        return Wanted(found[1].strip(), tuple(conditions))
    is_image = text.removeprefix("pkg:").startswith(("docker/", "oci/"))
    if found := (TAG.match(text) if is_image else None) or AT.match(text):
        return Wanted(found[1], (("=", found[2]),))
    return Wanted(text)


def _compared(kind: str, how: str, version: str, other: str) -> bool | None:
    if version and COMPARES[how] is operator.eq and version == other:
        return True
    if kind not in schemes():
        return None if not version or COMPARES[how] is not operator.eq else False
    here, there = span(kind, version) if version else None, key(kind, other)
    if here is None or there is None:
        return None
    low, high = (COMPARES[how](each, there) for each in here)
    return low if low == high else None
