"""Several runs of a scanner as one look."""

from pathlib import Path

import pytest

from opsroom.model.scan import Hit, Skipped
from opsroom.model.severity import Severity
from opsroom.observe.programs.hits import inside, together
from opsroom.observe.scanners import Look


def test_runs_are_added_up_in_the_order_of_files() -> None:
    hits = [Hit(rule="r", severity=Severity.LOW, message="", anchor=p, path=p) for p in "ab"]
    looks = [
        Look(
            (hits[1],), 2, frozenset({"python"}), (Skipped(reason="x", example="c", paths=("c",)),)
        ),
        Look((hits[0],), 1, frozenset(), (Skipped(reason="x", example="d", paths=("d",)),)),
    ]
    look = together(looks, "nothing")
    assert (look.hits, look.files, look.kinds) == (tuple(hits), 3, frozenset({"python"}))
    assert look.skipped == (Skipped(reason="x", count=2, example="c", paths=("c", "d")),)
    assert look.reason is None


def test_one_failed_run_is_a_failed_look() -> None:
    assert together([Look(files=3), Look(reason="killed")], "nothing") == Look(reason="killed")


def test_files_of_which_none_was_read_tell_nothing() -> None:
    assert together([Look()], "nothing").reason == "nothing"
    assert together([], "nothing").reason is None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("/t/files/a/b.py", "a/b.py"),
        ("t/files/a/b.py", "a/b.py"),
        ("./a/b.py", "a/b.py"),
        ("a/b.py", "a/b.py"),
        ("/etc/passwd", None),
        ("/t/other", None),
    ],
)
def test_which_file_of_the_copy_is_meant(said: str, expected: str | None) -> None:

    assert inside(Path("/t/files"), said) == expected
