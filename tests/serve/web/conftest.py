from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from starlette.applications import Starlette
from tests import chromium
from tests.observe.workshop import IDENTITY, Workshop, forget_environment
from tests.operations.rooms import Yard, look_over, opened

from opsroom.operations.room import Room
from opsroom.serve.web.app import build_app


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with one commit, to be copied."""
    root = tmp_path_factory.mktemp("template")
    files = {"README.md": "hello\n", "LICENSE": "free\n", ".gitignore": "*.pyc\n"}
    return Workshop(root, root).repository("template", files)


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
    yield Yard(Workshop(tmp_path / "code", tmp_path / "home"), tmp_path / "store", template)
    forget_environment()


@pytest.fixture
async def room(yard: Yard) -> AsyncGenerator[Room]:
    """A room over two clones: `acme/api` with a changed file, and `local/notes`."""
    api = yard.clone("api", "https://git.example.org/acme/api.git")
    (api / "README.md").write_text("changed\n")
    yard.clone("notes")
    async with opened(yard.settings()) as found:
        await look_over(found)
        yield found


@pytest.fixture
def app(room: Room) -> Starlette:
    """The application over that room, bound to loopback."""
    return build_app(room, room.settings)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for longer than a module: while Playwright runs, no other event loop can."""
    with chromium.started() as running:
        yield running
