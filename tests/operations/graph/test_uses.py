"""`uses:` of the filter language, wherever a filter is taken."""

import pytest
from tests.operations.graph.test_asking import NAMES, of_git, stocked
from tests.operations.rooms import Yard
from tests.operations.scans.fleet import depend, fleet_of

from opsroom.model.where import Where
from opsroom.operations.findings.search import findings
from opsroom.operations.overview import overview
from opsroom.operations.room import Room
from opsroom.operations.status import fleet_status

pytestmark = pytest.mark.anyio


async def using(room: Room, where: str) -> list[str]:
    told = await fleet_status(room, where, 4000)
    return sorted(each.repository for each in told.worst)


async def test_who_uses_a_repository_directly(yard: Yard) -> None:
    async with fleet_of(yard, *NAMES, "acme/dark") as room:
        await stocked(room)
        assert await using(room, "uses:acme/lib") == ["acme/core", "acme/web"]
        assert await using(room, "uses:lib -uses:acme/c*") == ["acme/core", "acme/web"]
        assert await using(room, "-uses:acme/lib") == ["acme/lib", "acme/shop"]
        assert await using(room, "uses:unknown") == ["acme/dark"]
        shown = await overview(room, "uses:acme/core")
        assert [tile.name for tile in shown.repositories] == ["acme/shop"]
        flaws = await findings(room, "uses:acme/lib", "repository", "open", "", 4000)
        assert [group.key for group in flaws.groups] == ["acme/core"]


async def test_what_moved_is_known_at_the_next_question(yard: Yard) -> None:
    async with fleet_of(yard, *NAMES) as room:
        await stocked(room)
        assert await using(room, "uses:acme/core") == ["acme/shop"]
        await depend(room, of_git("core"), name="acme/web", commit="d" * 40)
        assert await using(room, "uses:acme/core") == ["acme/shop", "acme/web"]


async def test_nobody_uses_what_a_caller_may_not_see(yard: Yard) -> None:
    async with fleet_of(yard, *NAMES) as room:
        await stocked(room)
        room.scope = Where.parse("-repo:lib")
        assert await using(room, "uses:acme/lib") == []
        room.scope = Where.parse("uses:acme/lib")
        assert await using(room, "repo:*") == ["acme/core", "acme/web"]
