"""JSON as it comes from outside: whatever was expected, anything may be there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

NONSENSE = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)
"""What reading raises when the host's answer is not what it should be."""


def mapping(value: object) -> Mapping[str, Any]:
    """The object, or an empty one in place of anything else."""
    return cast(Mapping[str, Any], value) if isinstance(value, dict) else {}


def listed(value: object) -> list[object] | None:
    """The list; None in place of anything else."""
    return cast(list[object], value) if isinstance(value, list) else None


def objects(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list that hold something; nothing in place of anything else."""
    return [found for each in listed(value) or () if (found := mapping(each))]


def time(text: object) -> datetime:
    """A time as the host writes it.

    Raises:
        ValueError: it is none, or doesn't say where it is that late.
    """
    at = datetime.fromisoformat(str(text))
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at


def string(value: object) -> str:
    """The text; empty in place of anything else."""
    return value if isinstance(value, str) else ""
