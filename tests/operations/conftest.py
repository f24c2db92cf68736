from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.observe.workshop import IDENTITY, Workshop, forget_environment
from tests.operations.rooms import Yard

FILES = {
    "README.md": "hello\n",
    "LICENSE": "free\n",
    ".gitignore": "*.pyc\n",
    "deep/down/here.txt": "deep\n",
}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with one commit, to be copied."""
    root = tmp_path_factory.mktemp("template")
    return Workshop(root, root).repository("template", FILES)


@pytest.fixture
def yard(tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Yard]:
    """An empty folder for clones, an empty home for the user and another for the store."""
    for name in ("home", "code", "store"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    forget_environment()
    workshop = Workshop(tmp_path / "code", tmp_path / "home")
    yield Yard(workshop, tmp_path / "store", template)
    forget_environment()
