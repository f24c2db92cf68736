"""Text of strangers is shown without what could steer a terminal or a reader's eye."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsroom.model.text import UNTRUSTED, plain, readable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("naïve 日本 😀", "naïve 日本 😀"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]0;title\x07", "]0;title"),
        ("\x9b31m", "31m"),
        ("a\nb\r\nc\td", "a b  c d"),
        ("a\u202eb\u2066c", "abc"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("tag\U000e0041", "tag"),
        ("line\u2028separator\u2029", "lineseparator"),
        ("null\x00", "null"),
        ("lone\ud800", "lone"),
        ("private\ue000", "private"),
        ("", ""),
    ],
)
def test_control_and_invisible_characters_are_taken_out(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(("length", "shown"), [(9, "a" * 9), (10, "a" * 10), (11, "a" * 9 + "…")])
def test_long_text_is_cut_and_says_so(length: int, shown: str) -> None:
    assert plain("a" * length, limit=10) == shown


def test_what_is_taken_out_does_not_count() -> None:
    assert plain("\u200b" * 50 + "abc", limit=3) == "abc"


@settings(deadline=None)
@given(st.text(), st.integers(min_value=1, max_value=50))
def test_any_text_becomes_one_short_line_that_stays_itself(text: str, limit: int) -> None:
    shown = plain(text, limit)
    assert len(shown) <= limit
    assert not any(unicodedata.category(character) in UNTRUSTED for character in shown)
    assert plain(shown, limit) == shown
    assert len(shown.splitlines()) <= 1


@pytest.mark.parametrize(
    ("raw", "shown"),
    [(b"caf\xc3\xa9", "café"), (b"caf\xe9", "caf\\xe9"), (b"\xff\xfe", "\\xff\\xfe")],
)
def test_names_that_are_not_utf_8_are_readable(raw: bytes, shown: str) -> None:
    assert readable(raw) == shown
