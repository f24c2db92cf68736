"""Durations as people write them: `30s`, `10m`, `2h`, `7d`."""

import re
from datetime import timedelta

from opsroom.errors import UsageError

UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
LONGEST = timedelta(days=36_500)


def parse_duration(text: str) -> timedelta:
    """Read `30s`, `10m`, `2h` or `7d`.

    Raises:
        UsageError: it is something else, or more than 100 years.
    """
    match = re.fullmatch(r"([0-9]{1,10})([smhd])", text)
    if not match or int(match[1]) > LONGEST / UNITS[match[2]]:
        raise UsageError("not a duration", "write 30s, 10m, 2h or 7d; at most 36500d")
    return int(match[1]) * UNITS[match[2]]


def duration(value: timedelta) -> str:
    """Write whole seconds in the largest unit that loses nothing."""
    unit = next(unit for unit, size in UNITS.items() if not value % size)
    return f"{value // UNITS[unit]}{unit}"
