from collections.abc import AsyncGenerator, Generator

import httpx2
import pytest
from tests.clients.advisories.double import Services
from tests.hub import serving

from opsroom.clients.advisories.web import Web


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def services() -> Services:
    return Services()


@pytest.fixture
def base(services: Services) -> Generator[str, None, None]:
    """Where the double listens, on a real socket."""
    with serving(services.app(), lifespan="off") as url:
        yield url


@pytest.fixture
async def web() -> AsyncGenerator[Web, None]:
    async with httpx2.AsyncClient() as client:
        yield Web(client, delay=0.001, longest=0.4, largest=4 << 20)
