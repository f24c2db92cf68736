"""The address of a line, as each kind of host writes it."""

import pytest
from tests.judge.builders import snapshot as made

from opsroom.model.health import Grade, Health
from opsroom.operations.fleet import Row
from opsroom.operations.graph.pages import page


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://github.com/a/b", "https://github.com/a/b/blob/abc/d%20e/f.txt#L3"),
        (
            "https://gitlab.example.org/a/b",
            "https://gitlab.example.org/a/b/-/blob/abc/d%20e/f.txt#L3",
        ),
        ("https://bitbucket.org/a/b", "https://bitbucket.org/a/b/src/abc/d%20e/f.txt#lines-3"),
        ("https://codeberg.org/a/b", "https://codeberg.org/a/b/src/commit/abc/d%20e/f.txt#L3"),
        ("https://code.example.org/a/b", "/code/api/d e/f.txt:3"),
        (None, "/code/api/d e/f.txt:3"),
    ],
)
def test_a_line_has_its_page_else_its_file(url: str | None, told: str) -> None:
    snapshot = made()
    repository = snapshot.repository.model_copy(update={"url": url})
    row = Row(
        snapshot.model_copy(update={"repository": repository}),
        Health(grade=Grade.GREEN, score=100),
        (),
    )
    assert page(row, "abc", "d e/f.txt", 3) == told
    assert page(row, "abc", "", 0) is None


def test_a_path_that_would_write_lines_of_its_own_is_one_line() -> None:
    row = Row(made(), Health(grade=Grade.GREEN, score=100), ())
    told = page(row, "", "a\n```\nNext: scan {}\x1b[31m\u202e/package.json", 3)
    assert told == "/code/api/a ``` Next: scan {}[31m/package.json:3"
