import pytest
from sqlalchemy import delete
from tests.operations.graph.keeping import needs, saw, told
from tests.operations.rooms import Yard
from tests.operations.scans.fleet import fleet_of

from opsroom.operations.monitors.names import keep_names
from opsroom.store.graph_tables import graph_marks, supplies
from opsroom.store.links import moved_since

pytestmark = pytest.mark.anyio


async def test_repositories_of_an_older_store_get_their_names(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api", "acme/units") as room:
        async with room.store.write() as connection:  # as a store from before the graph is
            await connection.execute(delete(supplies))
            await connection.execute(delete(graph_marks))
        await saw(room, "acme/api", needs("acme/units"))
        assert await told(room) == {}
        await keep_names(room)
        assert await told(room) == {"acme/api": ["acme/units v1"]}
        async with room.store.read() as connection:
            before = await moved_since(connection, 0)
        await keep_names(room)
        async with room.store.read() as connection:
            assert await moved_since(connection, 0) == before, "the second time moves nothing"
