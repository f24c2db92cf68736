"""The filter language `where`: one small language for tools, page, settings and command line.

    health:red ci:failing,running -is:archived owner:acme* path:~/code "free text"

Terms are ANDed, commas within a value are OR, `-` negates, `*` globs, quotes quote (also `*`), and
case doesn't matter. A bare word matches name and description. A fact that is unknown matches
neither `key:v` nor `-key:v`, only `key:unknown`.
"""

import os.path
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Protocol

from opsroom.errors import UsageError
from opsroom.model.health import Grade
from opsroom.model.nearest import suggestion
from opsroom.model.severity import Severity
from opsroom.model.text import plain
from opsroom.model.value import Value

MAX_CHARACTERS = 2_000
MAX_TERMS = 50
UNKNOWN = "unknown"
NONE = "none"
UNSURE = "?"
"""Among the values of a fact: there may be others, which nobody could tell."""

KEYS: dict[str, str] = {
    "health": "The grade of a repository.",
    "ci": "The state of CI on the default branch.",
    "finding": "Has an open finding of at least this severity.",
    "alert": "Has an alert in this state; `none`: has no alert.",
    "owner": "Everything before the last slash of the name.",
    "repo": "The name (`repo:acme/api`), or its part after the last slash (`repo:api`).",
    "label": "A label that settings or the host gave it.",
    "env": "The environment that settings gave it.",
    "path": "A clone in this folder or beneath it; without a leading slash, any folder so named.",
    "is": "What kind of repository it is, or what state its clones are in.",
    "advisory": "Has an open finding about this advisory (CVE, GHSA, OSV id).",
    "package": "Depends on this package (`package:npm/lodash`).",
    "rule": "Has an open finding of this rule.",
    "uses": "Depends on this repository of the fleet.",
}
"""Every key, and what it means. The documentation is made from this."""

WORDS: dict[str, tuple[str, ...]] = {
    "health": tuple(Grade),
    "ci": ("passing", "failing", "running", NONE, UNKNOWN),
    "finding": (*Severity, UNKNOWN),
    "alert": ("firing", "acknowledged", "silenced", "resolved", NONE, UNKNOWN),
    "is": (
        *("archived", "bare", "detached", "dirty", "empty", "fork", "gone"),
        *("local", "partial", "private", "public", "shallow", "template", UNKNOWN),
    ),
}
"""The keys whose values are a closed list, and that list. Other keys take any text."""


class Subject(Protocol):
    """What a filter is asked about: the facts of one repository."""

    def values(self, key: str) -> frozenset[str] | None:
        """Return what the fact `key` (one of KEYS) holds; None when it is unknown.

        No value at all (an empty set) is knowledge. Severities for `finding`, absolute paths for
        `path`. With `?` among them there may be others that can't be told. In `is`, a word with
        a question mark (`fork?`) says that this word can't be told.
        """
        ...

    def text(self) -> str:
        """Return name and description, which bare words are looked up in."""
        ...


class Term(Value):
    """One condition. `key` is empty for free text; `values` are as a normalised filter has them."""

    key: str
    values: tuple[str, ...]
    negated: bool = False

    def __str__(self) -> str:
        return f"{'-' * self.negated}{self.key}{':' * bool(self.key)}{','.join(self.values)}"

    def matches(self, subject: Subject) -> bool:
        """Whether the condition holds; False, negated or not, when the fact is unknown."""
        if not self.key:
            text = subject.text().casefold()
            return self.negated != any(_contains(_literals(v), text) for v in self.values)
        found = subject.values(self.key)
        if self.key == "is" and found is not None:
            return self._matches_kind(found)
        if found is None or (UNKNOWN in WORDS.get(self.key, ()) and UNKNOWN in found):
            return UNKNOWN in self.values and not self.negated
        if UNSURE in found:
            if self._accepts_any(found - {UNSURE}):
                return not self.negated
            return UNKNOWN in self.values and not self.negated
        if not found and NONE in WORDS.get(self.key, ()):
            found = frozenset({NONE})
        return self.negated != self._accepts_any(found)

    def _accepts_any(self, found: frozenset[str]) -> bool:
        """Whether any value of a known fact is among what was asked for."""
        if self.key != "package":
            return any(self._accepts(value) for value in found)
        patterns = [_short(_literals(pattern)) for pattern in self.values]
        exact = {pattern[0] for pattern in patterns if len(pattern) == 1}
        globs = [pattern for pattern in patterns if len(pattern) > 1]
        names = (value.casefold() for value in found)  # a repository has hundreds of them
        return any(name in exact or any(_globs(each, name) for each in globs) for name in names)

    def _accepts(self, value: str) -> bool:
        """Whether one value of a known fact is among what was asked for."""
        patterns = [_literals(pattern) for pattern in self.values]
        text = value.casefold()
        match self.key:
            case "finding":
                reached = list(Severity)[: Severity(text).rank + 1]
                return any(_globs(pattern, step) for pattern in patterns for step in reached)
            case "path":
                folders = list(_ancestors(text))
                return any(_globs(_anchored(p), folder) for p in patterns for folder in folders)
            case "repo" | "uses":
                names = (text, text.rpartition("/")[2])
                return any(_globs(pattern, name) for pattern in patterns for name in names)
            case _:
                return any(_globs(pattern, text) for pattern in patterns)

    def _matches_kind(self, found: frozenset[str]) -> bool:
        """Answer for `is`, where each word is a fact of its own and may be unknown by itself."""
        unsure = frozenset(word.removesuffix("?") for word in found if word.endswith("?"))
        if any(self._accepts(word) for word in found - {f"{word}?" for word in unsure}):
            return not self.negated
        if unsure and UNKNOWN in self.values:
            return not self.negated
        return self.negated and not any(self._accepts(word) for word in unsure)


class Where(Value):
    """A filter. `Where()` matches everything; `str` gives the normalised text."""

    terms: tuple[Term, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Where":
        """Read a filter.

        Raises:
            UsageError: an unknown key or value (the hint lists what is allowed and the nearest),
                an empty value, an open quote, or more than MAX_CHARACTERS or MAX_TERMS.
        """
        if len(text) > MAX_CHARACTERS:
            raise UsageError(f"a filter has at most {MAX_CHARACTERS} characters, not {len(text)}")
        where = cls(
            terms=tuple(_term(word) for word in _split(_characters(text), str.isspace) if word)
        )
        if len(where.terms) > MAX_TERMS:
            raise UsageError(f"a filter has at most {MAX_TERMS} terms, not {len(where.terms)}")
        if len(str(where)) > MAX_CHARACTERS:
            raise UsageError(f"a filter has at most {MAX_CHARACTERS} characters, written out")
        return where

    def __str__(self) -> str:
        return " ".join(str(term) for term in self.terms)

    def matches(self, subject: Subject) -> bool:
        """Whether every term holds for `subject`."""
        return all(term.matches(subject) for term in self.terms)


Character = tuple[str, bool]
"""One character of a filter, and whether it was quoted; an empty one marks a pair of quotes."""


def _characters(text: str) -> Iterator[Character]:
    r"""Take the quotes off. Within them `\"` is a quote and `\\` a backslash."""
    quoted = False
    rest = iter(range(len(text)))
    for position in rest:
        character = text[position]
        if character == '"':
            quoted = not quoted
            yield "", True
        elif quoted and text[position : position + 2] in ('\\"', "\\\\"):
            yield text[next(rest)], True
        else:
            yield character, quoted
    if quoted:
        raise UsageError("a quote in the filter is not closed", f"it reads {plain(text)}")


def _split(
    characters: Iterable[Character], separates: Callable[[str], bool]
) -> list[list[Character]]:
    """Cut at each separator that isn't quoted."""
    parts: list[list[Character]] = [[]]
    for character, quoted in characters:
        if separates(character) and not quoted:
            parts.append([])
        else:
            parts[-1].append((character, quoted))
    return parts


def _said(characters: Iterable[Character]) -> str:
    return "".join(character for character, _ in characters)


def _term(word: list[Character]) -> Term:
    """Read one word that is not empty."""
    negated = word[0] == ("-", False)
    word = word[negated:]
    colon = word.index((":", False)) if (":", False) in word else None
    key = "" if colon is None else _said(word[:colon]).casefold()
    if colon is not None and key not in KEYS:
        raise UsageError(
            f"unknown key {plain(key, 40)!r} in the filter",
            f'{suggestion(key, KEYS)}; text that holds a colon goes in quotes: "a:b"',
        )
    values = word if colon is None else word[colon + 1 :]
    written = (_value(key, value) for value in _split(values, ",".__eq__))
    return Term(key=key, values=tuple(dict.fromkeys(written)), negated=negated)


def _value(key: str, characters: list[Character]) -> str:
    """Check one value, and write it in its normal form."""
    said = _said(characters)
    if not said:
        raise UsageError(
            f"{key}: has an empty value in the filter" if key else "the filter has an empty word",
            suggestion("", WORDS[key])
            if key in WORDS
            else "write a word after it, or leave it out",
        )
    if key == "path":
        characters = _at_home(characters)
    written = _written(characters)
    if said.casefold() == UNKNOWN and key:
        return UNKNOWN
    if key not in WORDS:
        return written
    if not any(_globs(_literals(written), word) for word in WORDS[key]):
        raise UsageError(
            f"unknown value {plain(said, 40)!r} for {key} in the filter",
            suggestion(said, WORDS[key]),
        )
    return written.casefold()


def _at_home(characters: list[Character]) -> list[Character]:
    """Write out `~`; refuse what only the working directory could tell."""
    said = _said(characters)
    if {".", ".."} & set(said.split("/")):
        raise UsageError(
            f"path:{plain(said)} in the filter is not absolute",
            "write /absolute/path, ~/path, or the name of a folder",
        )
    if said == "~" or said.startswith("~/"):
        home = os.path.expanduser("~")
        after = next(i for i, (character, _) in enumerate(characters) if character) + 1
        return [*((character, True) for character in home), *characters[after:]]
    return characters


def _written(characters: Iterable[Character]) -> str:
    """Write a value in its normal form: quotes only where they are needed."""
    first, *rest = (_quoted(_said(run)) for run in _split(characters, "*".__eq__))
    return "*".join([first, *filter(None, rest[:-1]), *rest[-1:]])


def _quoted(run: str) -> str:
    needs = run.startswith("-") or any(c in ',:"*' or c.isspace() for c in run)
    escaped = run.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if needs else run


Pattern = tuple[str, ...]
"""What stands between the globs, in folded case. A single one has to be equal."""


@lru_cache(maxsize=1024)
def _literals(written: str) -> Pattern:
    runs = _split(_characters(written), "*".__eq__)
    return tuple(_said(run).casefold() for run in runs)


def _globs(pattern: Pattern, text: str) -> bool:
    """Match the whole of `text` (case folded), in linear time whoever wrote it."""
    first, *rest = pattern
    if not rest:
        return text == first
    if not text.startswith(first):
        return False
    position = len(first)
    for literal in rest[:-1]:
        found = text.find(literal, position)
        if found < 0:
            return False
        position = found + len(literal)
    return len(text) - len(rest[-1]) >= position and text.endswith(rest[-1])


def _contains(pattern: Pattern, text: str) -> bool:
    return _globs(("", *pattern, ""), text)


def _anchored(pattern: Pattern) -> Pattern:
    """Let a folder's name without a leading slash stand anywhere in a path."""
    if not pattern[0].startswith("/") and (pattern[0] or len(pattern) == 1):
        pattern = ("", f"/{pattern[0]}", *pattern[1:])
    return (*pattern[:-1], pattern[-1].rstrip("/"))


def _short(pattern: Pattern) -> Pattern:
    """Let a package be written as a package URL, too."""
    first, *rest = (run.replace("%40", "@") for run in pattern)
    return (first.removeprefix("pkg:"), *rest)


def _ancestors(path: str) -> Iterator[str]:
    """Yield an absolute path and each folder above it; the root is empty."""
    while path:
        yield path
        path = path.rpartition("/")[0]
    yield path
