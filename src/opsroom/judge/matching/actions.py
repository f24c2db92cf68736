"""Versions of GitHub Actions: tags of releases. A branch or a commit is none."""

import re

from opsroom.judge.matching import Scheme
from opsroom.judge.semantic_versions import Key, key

MOVING = re.compile(r"v?(\d+)(?:\.(\d+))?")
"""`v4` and `v4.1` are moved on to the newest release under them."""
LATER = 1 << 62
"""A number that no release reaches."""


def _span(version: str) -> tuple[Key, Key] | None:
    found = MOVING.fullmatch(version)
    if found is None:
        return None
    stem = (int(found[1]), *((int(found[2]),) if found[2] else ()))
    return (*stem, *(0,) * (3 - len(stem)), (0,)), (*stem, *(LATER,) * (3 - len(stem)), (1,))


SCHEME = Scheme(
    key=key,
    types=frozenset({"githubactions"}),
    source="docs.github.com/actions: releases are semantic versions, major tags are moved",
    pin=r"(v?\d+(?:\.\d+){0,2}[^\s,]*)",
    span=_span,
)
