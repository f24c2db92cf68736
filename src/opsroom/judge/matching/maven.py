"""Versions of Maven artifacts, as ComparableVersion orders them.

A version is read into tokens: numbers, words, and a mark where a list within the list begins, as a
hyphen and a change between digits and letters do. Where one version has ended, what is left of the
other is compared with nothing, which zeros, marks and the names of a release are equal to.
"""

import re
from itertools import zip_longest
from typing import NamedTuple

from opsroom.judge.matching import Scheme

QUALIFIERS = ("alpha", "beta", "milestone", "rc", "snapshot", "", "sp")
RELEASE = QUALIFIERS.index("")
ALIASES = {"ga": "", "final": "", "release": "", "cr": "rc"}
SHORT = {"a": "alpha", "b": "beta", "m": "milestone"}
"""What one letter stands for when a number follows at once."""

PIECE = re.compile(r"[0-9]+|[^0-9.-]+|[.-]")
WORD, LIST, NUMBER = range(3)


class Token(NamedTuple):
    """Compares as two tokens at the same place do: any word before a list before any number."""

    kind: int
    rank: int = 0
    text: str = ""

    @property
    def beside_nothing(self) -> int:
        """-1, 0 or 1: how it compares where the other version has ended."""
        if self.kind == WORD:
            return (self.rank > RELEASE) - (self.rank < RELEASE)
        return int(self.rank > 0)


MARK = Token(LIST)


class Version:
    """The tokens of a version, which compare in pairs: Maven's order is not that of tuples."""

    __slots__ = ("_tokens",)

    def __init__(self, version: str) -> None:
        self._tokens = _tokens(version)

    def _beside(self, other: "Version") -> int:
        for mine, theirs in zip_longest(self._tokens, other._tokens):
            if mine is None:
                found = -theirs.beside_nothing
            elif theirs is None:
                found = mine.beside_nothing
            else:
                found = (mine > theirs) - (mine < theirs)
            if found:
                return found
        return 0

    def __lt__(self, other: "Version") -> bool:
        return self._beside(other) < 0

    def __le__(self, other: "Version") -> bool:
        return self._beside(other) <= 0

    def __gt__(self, other: "Version") -> bool:
        return self._beside(other) > 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self._beside(other) == 0

    def __hash__(self) -> int:
        """The numbers that it begins with: equal versions share them."""
        first: list[int] = []
        for token in self._tokens:
            if token.kind != NUMBER:
                break
            first.append(token.rank)
        while first and not first[-1]:
            first.pop()
        return hash(tuple(first))


class _Reading:
    """A version that is being read: its lists, each of which is the last item of the one before."""

    def __init__(self) -> None:
        self.lists: list[list[Token]] = [[]]
        self.pending = ""

    def begin_list(self) -> None:
        if self.lists[-1]:
            self.lists.append([])

    def end_item(self) -> None:
        self.lists[-1].append(_token(self.pending or "0"))
        self.pending = ""

    def number(self, digits: str) -> None:
        if self.pending:
            self.pending = SHORT.get(self.pending, self.pending)
            self.begin_list()
            self.end_item()
            self.begin_list()
        self.pending = digits

    def word(self, letters: str) -> None:
        if self.pending:
            self.end_item()
            self.begin_list()
        self.pending = letters


def _tokens(version: str) -> tuple[Token, ...]:
    reading = _Reading()
    for piece in PIECE.findall(version.lower()):
        if piece in ".-":
            reading.end_item()
            if piece == "-":
                reading.begin_list()
        elif piece.isdecimal():
            reading.number(piece)
        else:
            reading.word(piece)
    if reading.pending:
        if not reading.pending.isdecimal():
            reading.begin_list()
        reading.end_item()
    return _flat(reading.lists)


def _token(text: str) -> Token:
    if text.isdecimal():
        return Token(NUMBER, int(text))
    word = ALIASES.get(text, text)
    if word in QUALIFIERS:
        return Token(WORD, QUALIFIERS.index(word))
    return Token(WORD, len(QUALIFIERS), word)


def _flat(lists: list[list[Token]]) -> tuple[Token, ...]:
    """Take out what counts for nothing at the end of each list, and mark where lists begin."""
    inner: tuple[Token, ...] = ()
    for items in reversed(lists):
        while items and not items[-1].beside_nothing:
            items.pop()
        inner = (*items, MARK, *inner) if inner else tuple(items)
    return inner


SCHEME = Scheme(
    key=Version,
    types=frozenset({"maven"}),
    source="maven.apache.org/pom.html, version order specification, as Maven 3.9 carries it out",
    pin=r"\[\s*([^\s,\[\]()]+)\s*\]",
)
