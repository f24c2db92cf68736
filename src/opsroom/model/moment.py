"""Moments as people write them: a time, or a while before or after now."""

from datetime import datetime
from typing import Literal

from opsroom.errors import UsageError
from opsroom.model.duration import parse_duration
from opsroom.model.text import plain


def parse_moment(text: str, now: datetime, towards: Literal["past", "future"]) -> datetime | None:
    """Read `2026-01-31T12:00Z`, `2026-01-31`, or a while from now (`24h`) in that direction.

    A time without a zone is in the zone of `now`. None: it has the form of neither.

    Raises:
        UsageError: it has the form of one, and is none.
    """
    said = text.strip()
    if said and said[-1] in "smhd" and said[:-1].isdigit():
        while_ = parse_duration(said)
        return now - while_ if towards == "past" else now + while_
    if "-" not in said or not ("T" in said or ":" in said or said.count("-") == 2):
        return None
    try:
        moment = datetime.fromisoformat(said)
    except ValueError as error:
        raise UsageError(
            f"{plain(said, 60)!r} is not a time", "write it as 2026-01-31T12:00Z"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
