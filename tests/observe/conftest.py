import os
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


@pytest.fixture(scope="session")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a centre that all of a run share: compiling rules for secrets takes long."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "centre-of-secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
