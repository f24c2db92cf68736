"""Values of a file whose shape nobody promised: what is of another kind counts as nothing."""

from typing import Any, cast


def table(value: object) -> dict[str, Any]:
    """The mapping itself (of a YAML file: with its lines), or an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def rows(value: object) -> list[Any]:
    """The list itself (of a YAML file: with its lines), or an empty one."""
    if not isinstance(value, list):
        return []
    return cast("list[Any]", value)  # type: ignore[redundant-cast] # pyright: list[Unknown]


LONGEST = 2000
"""Characters of a text that can name or ask for something."""


def words(value: object) -> str:
    """A text or whole number as text, without white space around it.

    Everything else is empty, and so is a text that is too long to be a name, a version or an
    address: patterns that are tried on it take a time that grows with its length.
    """
    if isinstance(value, str):
        return value.strip() if len(value) <= LONGEST else ""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
