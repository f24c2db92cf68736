"""Ranges as GitHub and Snyk write them."""

import pytest

from opsroom.clients.advisories.comparators import read_ranges
from opsroom.clients.advisories.ranges import BadRange
from opsroom.model.advisory import Interval


@pytest.mark.parametrize(
    ("text", "patched", "interval"),
    [
        ("< 3.1.4", None, Interval(fixed="3.1.4")),
        (">= 2.0, < 3.1.4", "3.1.4", Interval(introduced="2.0", fixed="3.1.4")),
        (">=2.0 <3.1.4", None, Interval(introduced="2.0", fixed="3.1.4")),
        ("<= 1.9", None, Interval(last_affected="1.9")),
        ("<= 1.9", "2.0", Interval(fixed="2.0")),
        ("> 1.0, <= 1.9", None, Interval(introduced="1.0", last_affected="1.9")),
        (">= 0", None, Interval()),
        ("*", "2", Interval(fixed="2")),
        ("[1.0,2.0)", None, Interval(introduced="1.0", fixed="2.0")),
        ("(,2.0]", None, Interval(last_affected="2.0")),
        ("[1.0,)", None, Interval(introduced="1.0")),
    ],
)
def test_intervals(text: str, patched: str | None, interval: Interval) -> None:
    assert read_ranges(text, patched).intervals == (interval,)


def test_several_and_single_versions() -> None:
    assert read_ranges("= 1.2").versions == ("1.2",)
    assert read_ranges("[1.2]").versions == ("1.2",)
    found = read_ranges("<1.0 || >=2.0 <2.1 || =3.0")
    assert found.intervals == (Interval(fixed="1.0"), Interval(introduced="2.0", fixed="2.1"))
    assert found.versions == ("3.0",)
    assert len(read_ranges("[1,2),[3,4)").intervals) == 2


@pytest.mark.parametrize(
    "text", ["", "sometimes", "< ", ">= 1, >= 2", "= 1, < 2", "[1,2", "<" * 30_000, "< 1 and 2"]
)
def test_what_can_not_be_understood(text: str) -> None:
    with pytest.raises(BadRange):
        read_ranges(text)
