from collections.abc import AsyncGenerator, Iterator

import pytest
from playwright.sync_api import Browser
from starlette.applications import Starlette
from tests import chromium
from tests.operations.rooms import Yard, look_over, opened

from opsroom.operations.room import Room
from opsroom.serve.web.app import build_app


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
