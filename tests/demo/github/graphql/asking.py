"""Asking the double's GraphQL as a client does, over HTTP and in memory."""

from pathlib import Path
from typing import Any

from tests.hub import BASE, SmallHub

QUERIES = Path(__file__).parents[4] / "src/opsroom/clients/github/queries"
FLEET = (QUERIES / "fleet.graphql").read_text()
SWEEP = (QUERIES / "sweep.graphql").read_text()


async def ask(
    hub: SmallHub, query: str, *, token: str = "", enterprise: bool = False, **variables: object
) -> dict[str, Any]:
    """Send a query as kim (or with another token) and return the body of the 200."""
    status, body = await answer(hub, query, token=token, enterprise=enterprise, **variables)
    assert status == 200, body
    return body


async def answer(
    hub: SmallHub, query: str, *, token: str = "", enterprise: bool = False, **variables: object
) -> tuple[int, dict[str, Any]]:
    """The same, with whatever status."""
    path = "/api/graphql" if enterprise else "/graphql"
    async with hub.client(token) as client:
        got = await client.post(BASE + path, json={"query": query, "variables": variables})
        body: dict[str, Any] = got.json()
        return got.status_code, body
