"""How ecosystems order versions: one scheme a file. `judge/exposure` matches by it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, TypeVar

from opsroom.discover import discover

T = TypeVar("T")

LONGEST = 256
"""Characters of a version; whatever is longer is no version, whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """How an ecosystem orders versions.

    `key` gives something hashable that compares as its versions do; it raises ValueError for what
    is no version there. `types` are the types of purl that follow it, `source` where the rules are
    from.
    """

    key: Callable[[str], Any]
    types: frozenset[str]
    source: str
    pin: str = ""
    """A pattern for a constraint that allows one version alone, which is its first group; empty:
    constraints there never do."""
    span: Callable[[str], tuple[Any, Any] | None] | None = None
    """The lowest and the highest key of what a version may stand for, where that is not its own
    key: `v4` of an action moves. None: it stands for itself."""


@cache
def schemes() -> Mapping[str, Scheme]:
    """Return the scheme of each type of purl that has one."""
    found = discover("opsroom.judge.matching", Scheme)
    return {kind: scheme for _, scheme in found for kind in sorted(scheme.types)}


@lru_cache(maxsize=1 << 18)
def key(kind: str, version: str) -> Any:
    """Return what to compare a version of a type of purl by; None: it is no version there.

    The same versions come again and again, in a fleet and in advisories: each is read once.
    """
    scheme = schemes().get(kind)
    return None if scheme is None else _read(scheme.key, version)


@lru_cache(maxsize=1 << 18)
def span(kind: str, version: str) -> tuple[Any, Any] | None:
    """Return the lowest and the highest key that a version may stand for: one key twice, but for a
    version that moves. None: it is no version there."""
    scheme = schemes().get(kind)
    stands_for = _read(scheme.span, version) if scheme is not None and scheme.span else None
    if stands_for is not None:
        return stands_for
    only = key(kind, version)
    return None if only is None else (only, only)


def _read(reading: Callable[[str], T], version: str) -> T | None:
    if len(version) > LONGEST:
        return None
    try:
        return reading(version)
    except ValueError:
        return None
