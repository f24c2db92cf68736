"""Text, JSON and TOML out of bytes.

Python's own readers of JSON and TOML are recursive, and say so with a RecursionError; how long
they take is bounded by the size. TOML with thousands of dotted parts in one key takes quadratic
time, so keys are looked at first.
"""

import json
import re
import tomllib
from typing import Any

from opsroom.model.text import plain
from opsroom.observe.manifests import NotUnderstood

MOST_BYTES = 16 << 20
"""Of one file that is read whole; the largest lockfiles that people commit have a few MiB."""
MOST_DOTS = 2000
"""Dots in one line of TOML before its `=`, white space aside."""
MARKS = ("<<<<<<<", ">>>>>>>", "|||||||")
CONFLICT = re.compile(r"^(?:<{7}|>{7}|\|{7})(?: |$)", re.MULTILINE)


def text_of(content: bytes, most: int = MOST_BYTES) -> str:
    """UTF-8 as text, with `\\n` at the ends of lines and without byte order mark.

    Raises:
        NotUnderstood: more than `most` bytes, not UTF-8, NUL in it, or an unsolved merge conflict.
    """
    if len(content) > most:
        raise NotUnderstood(f"{len(content):,} bytes, more than the {most:,} that are read")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise NotUnderstood(f"not UTF-8 in line {line}") from error
    if "\0" in text:
        raise NotUnderstood(f"a NUL character in line {line_at(text, text.index(chr(0)))}")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if any(mark in text for mark in MARKS) and (conflict := CONFLICT.search(text)):
        raise NotUnderstood(f"an unsolved merge conflict in line {line_at(text, conflict.start())}")
    return text


def text_or_none(content: bytes, most: int = MOST_BYTES) -> str:
    """The same, and nothing instead of an error: for whom a file that is no text says nothing."""
    try:
        return text_of(content, most)
    except NotUnderstood:
        return ""


def line_at(text: str, offset: int) -> int:
    """The line of a character, from 1."""
    return text.count("\n", 0, offset) + 1


def json_of(text: str) -> Any:
    """A JSON text as values.

    Raises:
        NotUnderstood: it isn't JSON, or nested too deeply.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise NotUnderstood(f"not JSON in line {error.lineno}: {plain(error.msg)}") from error
    except RecursionError as error:
        raise NotUnderstood("JSON that is nested too deeply") from error
    except ValueError as error:
        raise NotUnderstood(f"not JSON: {plain(str(error))}") from error


def toml_of(text: str) -> dict[str, Any]:
    """A TOML text as values.

    Raises:
        NotUnderstood: it isn't TOML, or nested too deeply.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MOST_DOTS and line.partition("=")[0].count(".") > MOST_DOTS:
            raise NotUnderstood(f"more than {MOST_DOTS:,} dots in line {number}")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise NotUnderstood("TOML that is nested too deeply") from error
    except ValueError as error:
        raise NotUnderstood(f"not TOML: {plain(str(error))}") from error
