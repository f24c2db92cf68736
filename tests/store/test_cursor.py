import pytest

from opsroom.errors import UsageError
from opsroom.store.cursor import Cursor


@pytest.mark.parametrize("text", ["0", "12", "12-4f5a6b7c"])
def test_a_cursor_reads_what_it_writes(text: str) -> None:
    assert str(Cursor.parse(text)) == text


def test_its_parts() -> None:
    assert Cursor.parse(" 12-4f5a6b7c\n") == Cursor(id=12, epoch="4f5a6b7c")
    assert Cursor.parse("12").epoch is None


@pytest.mark.parametrize("text", ["", "-1", "1-", "1-A", "x", "1.5", "1-a-b", "9" * 19, "١"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="cursor"):
        Cursor.parse(text)
