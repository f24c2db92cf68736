"""Whether an advisory holds for a version of a package: one version scheme a file."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Scheme:
    """How an ecosystem orders versions.

    `key` gives something that compares as its versions do; it raises ValueError for what is no
    version there. `types` are the types of purl that follow it, `source` where the rules are from.
    """

    key: Callable[[str], Any]
    types: frozenset[str]
    source: str
