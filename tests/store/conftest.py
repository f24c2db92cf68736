from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest
from tests.postgres import Server, running_server

from opsroom.store.database import Store
from opsroom.store.place import Place


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_server() -> Generator[Server, None, None]:
    with running_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: Server) -> str:
    """An empty database on Postgres."""
    return postgres_server.database()


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str | None:
    """The setting `store`: whatever asks for it runs on both databases."""
    if request.param == "sqlite":
        return None
    given: str = request.getfixturevalue("postgres_url")
    return given


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def place(url: str | None, home: Path) -> Place:
    return Place.of(url, home)


@pytest.fixture
async def store(url: str | None, home: Path) -> AsyncGenerator[Store, None]:
    async with Store.open(url, home) as opened:
        yield opened
