from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.observe.workshop import Workshop, forget_environment


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """An empty folder for repositories, and an empty home."""
    home = tmp_path / "home"
    home.mkdir()
    root = tmp_path / "code"
    root.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    forget_environment()
    yield Workshop(root, home)
    forget_environment()
