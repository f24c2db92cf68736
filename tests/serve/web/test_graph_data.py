"""`GET /api/graph`: what the page draws, and refusals as other routes give them."""

import pytest
from tests.operations.graph.test_asking import NAMES, stocked
from tests.operations.rooms import Yard
from tests.operations.scans.fleet import fleet_of
from tests.serve.web.centres import client

from opsroom.serve.web.app import build_app

pytestmark = pytest.mark.anyio


async def test_the_graph_is_served_around_a_node_and_in_short(yard: Yard) -> None:
    async with fleet_of(yard, *NAMES) as room:
        await stocked(room)
        async with client(build_app(room, room.settings)) as asking:
            drawn = (await asking.get("/api/graph", params={"node": "acme/lib"})).json()
            assert [each["depth"] for each in drawn["columns"]] == [0, 1, 2]
            assert drawn["links"][0]["from"].startswith("acme/")
            whole = (await asking.get("/api/graph")).json()
            assert whole["hotspots"][0]["id"] == "acme/lib"
            assert whole["node"] is None
            missing = await asking.get("/api/graph", params={"node": "acme/nobody"})
            assert missing.status_code == 404
            wrong = await asking.get("/api/graph", params={"where": "helth:red"})
            assert wrong.status_code == 400
