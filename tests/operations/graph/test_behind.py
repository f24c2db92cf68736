from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from tests.operations.graph.sights import row, sight
from tests.operations.rooms import Yard, opened
from tests.store.test_tags import tags

from opsroom.operations.graph.answer import Entry, GraphEdge, Told
from opsroom.operations.graph.behind import compared
from opsroom.operations.graph.sight import Sight
from opsroom.operations.room import Room
from opsroom.store.meta import next_revision
from opsroom.store.snapshots import save_snapshots

pytestmark = pytest.mark.anyio

GRAPH = """
api -> units: package 1.0.0
app -> units: package 2.0.0
"""


async def released(room: Room, seen: Sight, *names: str) -> None:
    """Keep the fleet in the store, with tags of `units` alone; ids are in the order of names."""
    units = row("units").snapshot.model_copy(update={"tags": tags(*names)})
    snapshots = [row("api").snapshot, row("app").snapshot, units]
    async with room.store.write() as connection:
        revision = await next_revision(connection)
        ids = await save_snapshots(connection, snapshots, revision, room.now())
    assert [*ids.values()] == [*seen.rows]


def entries(seen: Sight, *, outside: tuple[GraphEdge, ...] = ()) -> Told:
    found = [Entry(None, seen.told(source, 3)) for source in (1, 2)]
    return Told("acme/units", [*found, Entry(None, outside)], {})


def said(told: Told) -> list[str]:
    return [edge.behind for entry in told.entries for edge in entry.edges]


@pytest.fixture
async def room(yard: Yard, tmp_path: Path) -> AsyncGenerator[Room]:
    (tmp_path / "empty").mkdir()
    async with opened(yard.settings(tmp_path / "empty")) as found:
        yield found


async def test_who_is_behind_is_told_and_who_is_not_where_that_is_asked(room: Room) -> None:
    seen = sight(GRAPH)
    await released(room, seen, "v1.0.0", "v1.1.0", "v2.0.0")
    told = await compared(room, seen, entries(seen), fully=False)
    assert said(told) == ["2 releases and 0 days behind 2.0.0", ""]
    told = await compared(room, seen, entries(seen), fully=True)
    assert said(told) == ["2 releases and 0 days behind 2.0.0", "current"]


async def test_releases_that_nobody_saw_are_told_as_unknown(room: Room) -> None:
    seen = sight(GRAPH)
    told = await compared(room, seen, entries(seen), fully=True)
    assert said(told) == ["unknown: its tags were not looked at yet"] * 2


async def test_what_comes_from_outside_is_compared_with_what_others_use(room: Room) -> None:
    seen = sight(GRAPH)
    outside = tuple(
        GraphEdge(source=f"acme/{who}", to="npm/lodash", kind="package", versions=[version])
        for who, version in (("api", "4.17.20"), ("app", "4.17.21"))
    )
    told = await compared(room, seen, entries(seen, outside=outside), fully=True)
    assert said(told)[2:] == ["1 release behind 4.17.21", "current"]
