"""A double for each test, on one real port: PyGithub speaks to sockets alone."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.clients.github.write.desk import Desk, opened
from tests.hub import Port

from opsroom.clients.github.write.writer import Writer


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def port() -> Iterator[Port]:
    made = Port()
    with made.open():
        yield made


@pytest.fixture
async def desk(tmp_path: Path, port: Port) -> AsyncIterator[Desk]:
    with opened(tmp_path, port) as made:
        yield made


@pytest.fixture
async def writer(desk: Desk) -> AsyncIterator[Writer]:
    made = desk.writer()
    yield made
    await made.close()
