"""How findings speak: counts, short lists of names, days. No counts of days: they never rest."""

from collections.abc import Sequence
from datetime import datetime


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return `1 file`, `3 files`, `2 branches`."""
    return f"{count} {noun if count == 1 else plural or f'{noun}s'}"


def listed(names: Sequence[str], limit: int = 3, total: int | None = None) -> str:
    """Return the first `limit` names, and how many of `total` were left out."""
    left = (len(names) if total is None else total) - min(len(names), limit)
    shown = ", ".join(names[:limit])
    return f"{shown} and {left} more" if left > 0 else shown


def day(at: datetime) -> str:
    """Return the date of `at`: unlike an age it stays the same from one look to the next."""
    return at.date().isoformat()


def size(count: int) -> str:
    """Return a number of bytes in words: `12 MB`."""
    return f"{count / 1024**2:.0f} MB" if count >= 1024**2 else f"{count / 1024:.0f} kB"
