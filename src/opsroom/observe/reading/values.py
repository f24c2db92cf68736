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


def words(value: object) -> str:
    """A text or whole number as text, without white space around it; everything else is empty."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
