"""The language of `yarn.lock` version 1: lines of keys, and of keys and values, indented by two."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from opsroom.observe.manifests import NotUnderstood

TOKEN = re.compile(r' *("(?:[^"\\]|\\.)*+"|[^\s",:][^\s",]*|,|:) *')
BLANK = re.compile(r"\s*(?:#.*)?")


@dataclass(slots=True)
class Entry:
    """One package: what it was asked for by, and the facts under it."""

    patterns: list[str]
    line: int
    facts: dict[str, str] = field(default_factory=dict[str, str])
    needs: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


def entries(text: str) -> Iterator[Entry]:
    """Yield the packages of a lockfile.

    Raises:
        NotUnderstood: a line that isn't of the language, with its number.
    """
    entry: Entry | None = None
    section = ""
    for number, line in enumerate(text.split("\n"), 1):
        if BLANK.fullmatch(line):
            continue
        depth = len(line) - len(line.lstrip(" "))
        words = _words(line, number)
        opens = words[-1] == ":"
        if depth == 0 and opens:
            if entry:
                yield entry
            entry, section = Entry([word for word in words[:-1] if word != ","], number), ""
        elif entry and depth == 2 and opens and len(words) == 2:
            section = words[0]
        elif entry and depth == 2 and len(words) == 2:
            entry.facts[words[0]], section = words[1], ""
        elif entry and depth == 4 and section and len(words) == 2:
            if section in {"dependencies", "optionalDependencies"}:
                entry.needs.append((words[0], words[1]))
        else:
            raise NotUnderstood(f"not a lockfile of yarn in line {number}")
    if entry:
        yield entry


def _words(line: str, number: int) -> list[str]:
    words: list[str] = []
    at = 0
    while at < len(line):
        token = TOKEN.match(line, at)
        if not token:
            raise NotUnderstood(f"not a lockfile of yarn in line {number}")
        words.append(_unquoted(token[1], number))
        at = token.end()
    return _colon_apart(words)


def _unquoted(token: str, number: int) -> str:
    if token[0] != '"':
        return token
    try:
        return str(json.loads(token))
    except ValueError as error:
        raise NotUnderstood(f"not a lockfile of yarn in line {number}") from error


def _colon_apart(words: list[str]) -> list[str]:
    """The colon that ends a line belongs to the line, not to the bare word before it."""
    last = words[-1]
    return [*words[:-1], last[:-1], ":"] if len(last) > 1 and last.endswith(":") else words
