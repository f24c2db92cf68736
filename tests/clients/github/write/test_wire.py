"""Answers are read with the types that they should have, or refused."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from opsroom.clients.github.write.wire import Unreadable, Wire


@pytest.mark.parametrize(
    "read",
    [
        lambda: Wire([]),
        lambda: Wire({}).text("a"),
        lambda: Wire({"a": 1}).text("a"),
        lambda: Wire({"a": "1"}).number("a"),
        lambda: Wire({"a": True}).number("a"),
        lambda: Wire({"a": ["b"]}).parts("a"),
    ],
)
def test_what_must_be_there_is_asked_for_in_vain(read: Callable[[], object]) -> None:
    with pytest.raises(Unreadable):
        read()


def test_what_may_be_missing_is() -> None:
    wire = Wire({"at": "yesterday", "flag": "yes", "part": []})
    assert wire.maybe_time("at") is None
    assert wire.maybe_flag("flag") is None
    assert wire.maybe_part("part") is None
    assert wire.maybe_text("flag.text") == ""
    assert wire.parts("flag") == []


def test_dots_lead_into_objects() -> None:
    wire = Wire({"head": {"sha": "a", "at": "2026-11-24T09:00:00Z"}})
    assert wire.text("head.sha") == "a"
    assert wire.maybe_time("head.at") == datetime(2026, 11, 24, 9, tzinfo=UTC)
