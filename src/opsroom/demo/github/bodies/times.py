"""Times as GitHub writes them."""

from datetime import UTC, datetime


def stamp(at: datetime) -> str:
    """Seconds, with a Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def maybe(at: datetime | None) -> str | None:
    """The same, or nothing."""
    return None if at is None else stamp(at)
