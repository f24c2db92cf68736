"""Discovery: one declaration a module, in the order of names, nothing registered by importing."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from opsroom.discover import discover


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "found_here"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield folder
    for name in [name for name in sys.modules if name.startswith("found_here")]:
        del sys.modules[name]


def test_in_the_order_of_names(package: Path) -> None:
    (package / "b.py").write_text("from fractions import Fraction\nTWO = Fraction(2)\n")
    (package / "a.py").write_text(
        "from fractions import Fraction\nONE = Fraction(1)\nother = 'x'\n"
    )
    (package / "notes.txt").write_text("")
    from fractions import Fraction

    assert list(discover("found_here", Fraction)) == [("a", Fraction(1)), ("b", Fraction(2))]


@pytest.mark.parametrize(
    "body", ["", "from fractions import Fraction\nA = Fraction(1); B = A + 1\n"]
)
def test_none_or_two_are_a_mistake(package: Path, body: str) -> None:
    from fractions import Fraction

    (package / "odd.py").write_text(body)
    with pytest.raises(TypeError, match=r"odd declares \d Fractions, not one"):
        list(discover("found_here", Fraction))
