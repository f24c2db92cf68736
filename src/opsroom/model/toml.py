"""What the standard library's TOML reader leaves out: the line of a key, and writing a value."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import PurePath

from opsroom.model.duration import duration
from opsroom.model.where import Where

KeyPath = tuple[str | int, ...]

PART = r"""[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*'"""
DOTTED = rf"(?:{PART})(?:\s*\.\s*(?:{PART}))*"
HEADER = re.compile(rf"\s*(\[\[?)\s*({DOTTED})\s*\]")
KEY = re.compile(rf"\s*({DOTTED})\s*=")
STRINGS = re.compile(
    r"""\"{3}(?:[^\\]|\\.)*?\"{3,5}|'{3}.*?'{3,5}"""
    r"""|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\#[^\n]*""",
    re.DOTALL,
)


def line_of(text: str, path: Sequence[str | int]) -> int | None:
    """Return the line (from 1) of a key of a valid TOML document, or of the nearest key above it.

    `path` is like `("source", 1, "token")`. None when not even its first key stands anywhere.
    """
    lines: dict[KeyPath, int] = {}
    for line, key in _keys(text):
        lines.setdefault(key, line)
    wanted = tuple(path)
    while wanted and wanted not in lines:
        wanted = wanted[:-1]
    return lines.get(wanted)


def _keys(text: str) -> Iterator[tuple[int, KeyPath]]:
    """Yield each header and key with its line; what stands within strings is none."""
    inside = _continuations(text)
    table: KeyPath = ()
    count: dict[KeyPath, int] = {}
    for line, content in enumerate(text.split("\n"), 1):
        if line in inside:
            continue
        if header := HEADER.match(content):
            table = _parts(header[2])
            if header[1] == "[[":
                count[table] = count.get(table, -1) + 1
                yield line, table
                table = (*table, count[table])
            yield line, table
        elif key := KEY.match(content):
            parts = _parts(key[1])
            for end in range(1, len(parts) + 1):
                yield line, (*table, *parts[:end])


def _continuations(text: str) -> frozenset[int]:
    """Return the lines that begin within a string of several lines."""
    found: set[int] = set()
    for match in STRINGS.finditer(text):
        first = text.count("\n", 0, match.start()) + 1
        found.update(range(first + 1, first + 1 + match[0].count("\n")))
    return frozenset(found)


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(PART, dotted))


def literal(value: object) -> str:
    """Write a value as TOML.

    Raises:
        TypeError: no setting has values of this kind.
    """
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case timedelta():
            return literal(duration(value))
        case str() | PurePath() | Where():
            return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
        case tuple() | list():
            return f"[{', '.join(literal(item) for item in value)}]"  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] # any values
        case _:
            raise TypeError(f"{type(value).__name__} can't be written as a setting")
