"""The nearest right word."""

import pytest

from opsroom.model.nearest import nearest, suggestion


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("kindd", "kind"),
        ("KIND", "kind"),
        ("repository", "repo"),
        ("hea", "health"),
        ("helth", "health"),
        ("xyzzy", None),
        ("", None),
    ],
)
def test_the_nearest_word(word: str, near: str | None) -> None:
    assert nearest(word, ["health", "kind", "repo"]) == near


def test_a_suggestion_lists_all_and_the_nearest() -> None:
    assert suggestion("rde", ["red", "green"]) == "did you mean red? (one of red, green)"
    assert suggestion("xyzzy", ["red", "green"]) == "one of red, green"
    assert suggestion("x", []) == "none is allowed here"


def test_it_compares_the_beginning_of_a_very_long_word() -> None:
    assert nearest("helth" * 100_000, ["health"]) is None
