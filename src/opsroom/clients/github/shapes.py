"""JSON as it comes from outside: whatever was expected, anything may be there."""

from collections.abc import Mapping
from typing import Any, cast


def mapping(value: object) -> Mapping[str, Any]:
    """The object, or an empty one in place of anything else."""
    return cast(Mapping[str, Any], value) if isinstance(value, dict) else {}


def listed(value: object) -> list[object] | None:
    """The list; None in place of anything else."""
    return cast(list[object], value) if isinstance(value, list) else None


def objects(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list that hold something; nothing in place of anything else."""
    return [found for each in listed(value) or () if (found := mapping(each))]
