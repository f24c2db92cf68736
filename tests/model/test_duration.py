"""Durations as people write them."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsroom.errors import UsageError
from opsroom.model.duration import LONGEST, duration, parse_duration


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("30s", timedelta(seconds=30)),
        ("10m", timedelta(minutes=10)),
        ("2h", timedelta(hours=2)),
        ("7d", timedelta(days=7)),
        ("0s", timedelta()),
        ("36500d", LONGEST),
    ],
)
def test_a_number_and_a_unit(text: str, value: timedelta) -> None:
    assert parse_duration(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "10", "m", "-1m", "1.5h", "1h30m", "10 m", "10M", "2w", "٣m", "36501d", "9999999999s"],
)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="30s, 10m, 2h or 7d"):
        parse_duration(text)


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=36_500 * 86_400))
def test_what_is_written_reads_back(seconds: int) -> None:
    value = timedelta(seconds=seconds)
    assert parse_duration(duration(value)) == value


def test_the_largest_unit_is_written() -> None:
    assert [duration(timedelta(seconds=n)) for n in (90, 120, 7200, 90000, 86400)] == [
        "90s",
        "2m",
        "2h",
        "25h",
        "1d",
    ]
