"""Times as advisory databases write them."""

from datetime import UTC, datetime

from opsroom.model.shapes import time

FIRST = datetime(1980, 1, 1, tzinfo=UTC)
"""Earlier times are none: the Go database writes the year 1 for "not known"."""


def time_of(text: object) -> datetime | None:
    """A time; None where it is missing, or can't be one."""
    try:
        at = time(text)
        return at if at >= FIRST else None
    except (ValueError, OverflowError):
        return None
