"""Which name somebody may have meant: one letter more, less, other, or two of them swapped."""

from collections.abc import Iterator

SHORTEST, LONGEST = 5, 60
"""Letters of a name: among short ones, one letter beside is the rule and not the exception."""


ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789-._"


class Names:
    """Few names made ready to be asked about many: by each with at most one letter taken out."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self._shorter: dict[str, list[str]] = {}
        for name in sorted(names):
            if SHORTEST <= len(name) <= LONGEST:
                for each in _shorter(name):
                    self._shorter.setdefault(each, []).append(name)

    def beside(self, name: str) -> str:
        """Return the first of them that is one slip beside `name`; empty: none is, or it is one.

        A number at the end is no slip: `boto3` beside `boto`.
        """
        if name in self._names or not SHORTEST <= len(name) <= LONGEST:
            return ""
        near = {found for each in _shorter(name) for found in self._shorter.get(each, ())}
        return min((found for found in near if _one_slip(name, found)), default="")


def beside(name: str, start: str, names: frozenset[str]) -> str:
    """Return the same of names that are too many to be made ready, for few that are asked about.

    `start` stands before each of `names` (`pkg:npm/`), and not before `name` and the answer.
    """
    if f"{start}{name}" in names or not SHORTEST <= len(name) <= LONGEST:
        return ""
    near = (each for each in _slips(name) if f"{start}{each}" in names)
    return min((found for found in near if _one_slip(name, found)), default="")


def _slips(name: str) -> Iterator[str]:
    for at in range(len(name) + 1):
        before, after = name[:at], name[at:]
        yield from (f"{before}{letter}{after}" for letter in ALPHABET)
        if after:
            yield before + after[1:]
            yield from (f"{before}{letter}{after[1:]}" for letter in ALPHABET if letter != after[0])
            yield before + after[1::-1] + after[2:]


def _shorter(name: str) -> Iterator[str]:
    yield from {name, *(name[:at] + name[at + 1 :] for at in range(len(name)))}


def _one_slip(one: str, other: str) -> bool:
    if one == other or one.rstrip("0123456789") == other.rstrip("0123456789"):
        return False
    short, long = sorted((one, other), key=len)
    if len(short) == len(long):
        apart = [at for at, pair in enumerate(zip(short, long, strict=True)) if pair[0] != pair[1]]
        first, last = apart[0], apart[-1]
        swapped = last - first == 1 and short[first : last + 1] == long[first : last + 1][::-1]
        return len(apart) == 1 or (len(apart) == 2 and swapped)
    return any(short == long[:at] + long[at + 1 :] for at in range(len(long)))
