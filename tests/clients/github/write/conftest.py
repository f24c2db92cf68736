"""A double on a real port for each test: PyGithub speaks to sockets alone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.clients.github.write.desk import Desk, opened

from opsroom.clients.github.write.writer import Writer


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    with opened(tmp_path) as made:
        yield made


@pytest.fixture
async def writer(desk: Desk) -> AsyncIterator[Writer]:
    made = desk.writer()
    yield made
    await made.close()
