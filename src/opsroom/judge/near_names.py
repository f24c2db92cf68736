"""Which name somebody may have meant: one letter more, less, other, or two of them swapped."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

SHORTEST, LONGEST = 5, 60
"""Letters of a name: among short ones, one letter beside is the rule and not the exception."""


def beside(name: str, names: frozenset[str]) -> str:
    """Return the first of `names` that is one slip beside `name`; empty: none is, or it is one.

    A number at the end is no slip: `boto3` beside `boto`.
    """
    if name in names or not SHORTEST <= len(name) <= LONGEST:
        return ""
    index = _shortened(names)
    candidates = {found for each in _shorter(name) for found in index.get(each, ())}
    return min((found for found in candidates if _one_slip(name, found)), default="")


@lru_cache(maxsize=64)
def _shortened(names: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
    """Return names by what they are with at most one letter taken out."""
    index: dict[str, tuple[str, ...]] = {}
    for name in sorted(names):
        if SHORTEST <= len(name) <= LONGEST:
            for shorter in _shorter(name):
                index[shorter] = (*index.get(shorter, ()), name)
    return index


def _shorter(name: str) -> Iterator[str]:
    yield from {name, *(name[:at] + name[at + 1 :] for at in range(len(name)))}


def _one_slip(one: str, other: str) -> bool:
    if one.rstrip("0123456789") == other.rstrip("0123456789"):
        return False
    short, long = sorted((one, other), key=len)
    if len(short) == len(long):
        apart = [at for at, pair in enumerate(zip(short, long, strict=True)) if pair[0] != pair[1]]
        first, last = apart[0], apart[-1]
        swapped = last - first == 1 and short[first : last + 1] == long[first : last + 1][::-1]
        return len(apart) == 1 or (len(apart) == 2 and swapped)
    return any(short == long[:at] + long[at + 1 :] for at in range(len(long)))
