"""Choosing rows by many values, without a statement that grows with them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, true

FEW = 500


def among(column: ColumnElement[Any], values: Collection[Any] | None) -> ColumnElement[bool]:
    """`column IN values` where `values` are few; else every row: the caller leaves the rest out.

    Past a few hundred values, reading every row costs less than naming those that are wanted.
    """
    return true() if values is None or len(values) > FEW else column.in_(values)
