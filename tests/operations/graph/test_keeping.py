import pytest
from tests.judge.builders import remote
from tests.operations.graph.keeping import needs, saw, seen, told
from tests.operations.hosted import told as hosted_told
from tests.operations.rooms import Clock, Yard, events, kinds, last, opened
from tests.operations.scans.fleet import depend, fleet_of, has_advisories, package, repository, row

from opsroom.judge.graph import links, supplies
from opsroom.model.host import Remote
from opsroom.model.manifest import Manifest
from opsroom.model.package import Published
from opsroom.model.repository import RepositoryState
from opsroom.model.where import Where
from opsroom.operations.graph.held import FULL, graph
from opsroom.operations.room import Room
from opsroom.operations.scans.recording import ScanResult, record_scans
from opsroom.store.links import links_of, suppliers_of
from opsroom.store.repositories import ids_of

pytestmark = pytest.mark.anyio

FLEET = ("acme/api", "acme/web", "acme/units")


async def changes(room: Room, after: int) -> list[str]:
    found = await events(room, after)
    return [each.summary for each in found if each.kind == "graph.changed"]


async def test_a_first_look_makes_edges_and_is_no_news(yard: Yard) -> None:
    async with fleet_of(yard, *FLEET) as room:
        before = await last(room)
        await saw(room, "acme/api", needs("acme/units"))
        assert await told(room) == {"acme/api": ["acme/units v1"]}
        assert await changes(room, before) == []


async def test_what_a_repository_needs_now_is_news(yard: Yard) -> None:
    async with fleet_of(yard, *FLEET) as room:
        await saw(room, "acme/api", needs("acme/units"))
        before = await last(room)
        await saw(room, "acme/api", needs("acme/units", "v2"), needs("acme/web", "v1"))
        assert await changes(room, before) == ["needs acme/web v1; needs acme/units v2, before v1"]
        (event,) = [each for each in await events(room, before) if each.kind == "graph.changed"]
        assert (event.repository, event.data["count"]) == ("acme/api", 2)
        before = await last(room)
        await saw(room, "acme/api", needs("acme/web", "v1"))
        assert await changes(room, before) == ["no longer needs acme/units"]
        before = await last(room)
        await saw(room, "acme/api", needs("acme/web", "v1"), commit="d" * 40)
        assert await kinds(room, before) == []


async def test_text_of_a_file_is_plain_in_what_is_told(yard: Yard) -> None:
    async with fleet_of(yard, *FLEET) as room:
        await saw(room, "acme/api")
        before = await last(room)
        await saw(room, "acme/api", needs("acme/units", "v1\x1b[31m\nred" + "x" * 400))
        (summary,) = await changes(room, before)
        assert "\x1b" not in summary
        assert "\n" not in summary
        assert len(summary) < 100


async def test_a_manifest_that_could_not_be_read_moves_nothing(yard: Yard) -> None:
    async with fleet_of(yard, *FLEET) as room:
        await saw(room, "acme/api", needs("acme/units"))
        before = await last(room)
        await saw(room, "acme/api", reason="it is cut off", commit="d" * 40)
        held = await graph(room)
        assert await told(room) == {"acme/api": ["acme/units v1"]}
        assert await changes(room, before) == []
        (why,) = [why for number, why in held.unknown.items() if held.edges_of(number)]
        assert "cut off" in why


async def test_what_other_rules_see_is_no_news(yard: Yard) -> None:
    async with fleet_of(yard, *FLEET) as room:
        has_advisories(room)
        await saw(room, "acme/api")
        assert row(room).scans[0].reason is None
        before = await last(room)
        await saw(room, "acme/api", needs("acme/units"), rules="2")
        assert await told(room) == {"acme/api": ["acme/units v1"]}
        assert await changes(room, before) == []
        await saw(room, "acme/api", needs("acme/units"), needs("acme/web"), rules="2")
        assert await changes(room, before) == ["needs acme/web v1"]


async def test_a_repository_is_found_under_every_name_that_it_had(yard: Yard) -> None:
    async with fleet_of(yard, *FLEET) as room:
        await saw(room, "acme/api", needs("acme/units"))
        await saw(room, "acme/web", needs("acme/metrics"))
        assert "acme/web" not in await told(room)
        renamed = remote(id="acme/units", full_name="acme/metrics")
        await hosted_told(room, repository("acme/units", remote=renamed))
        held = await graph(room)
        unit = next(n for n, each in held.names.items() if each.repository.key.endswith("/units"))
        assert sorted(held.graph.dependents(unit).values()) == [1, 1]


async def test_with_a_repository_its_names_and_links_go_and_come_back(yard: Yard) -> None:
    async with fleet_of(yard, *FLEET) as room:
        await saw(room, "acme/api", needs("acme/units"))
        await saw(room, "acme/units", needs("acme/web"))
        there = {"acme/api": ["acme/units v1"], "acme/units": ["acme/web v1"]}
        assert await told(room) == there
        snapshot = row(room, "acme/units").snapshot
        gone = snapshot.repository.model_copy(update={"state": RepositoryState.GONE})
        await hosted_told(room, snapshot.model_copy(update={"repository": gone}))
        held = await graph(room)
        assert await told(room) == {}
        assert len(held.graph) == len(FLEET) - 1
        async with room.store.read() as connection:
            assert await suppliers_of(connection, ["git:github.com/acme/units"]) == []
        await hosted_told(room, snapshot)
        assert await told(room) == there


async def test_a_fork_is_seen_in_another_light(yard: Yard) -> None:
    async with fleet_of(yard, *FLEET) as room:
        await saw(room, "acme/api", needs("acme/units"))
        before = await graph(room)
        here = row(room, "acme/units").snapshot
        assert isinstance(here.remote, Remote)
        fork = here.model_copy(update={"remote": here.remote.model_copy(update={"fork": True})})
        await hosted_told(room, fork)
        held = await graph(room)
        assert held.revision > before.revision
        assert await told(room) == {"acme/api": ["acme/units v1"]}


async def test_who_may_not_see_what_is_needed_hears_nothing_of_it(yard: Yard) -> None:
    async with fleet_of(yard, *FLEET) as room:
        await saw(room, "acme/api")
        before = await last(room)
        await saw(room, "acme/api", needs("acme/units"))
        (event,) = [each for each in await events(room, before) if each.kind == "graph.changed"]
        assert room.hears()(event)
        assert room.hears(Where.parse("repo:acme/api"))(event)
        async with opened(room.settings, clock=Clock(), scope="repo:acme/api") as other:
            await other.refresh()
            assert not other.hears()(event)


async def test_a_failure_while_links_are_kept_leaves_nothing_of_a_look(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fleet_of(yard, *FLEET) as room:
        await saw(room, "acme/api", needs("acme/units"))
        before = await last(room)

        async def failing(*_: object) -> None:
            raise OSError("the disk is full")

        with monkeypatch.context() as broken:
            broken.setattr("opsroom.store.link_saving._move", failing)
            with pytest.raises(OSError, match="disk"):
                await saw(room, "acme/api", needs("acme/web"), commit="d" * 40)
        assert await kinds(room, before) == []
        assert await told(room) == {"acme/api": ["acme/units v1"]}
        held = await graph(room)
        (asking,) = [number for number in held.names if held.edges_of(number)]
        assert held.commit(asking) == "c" * 40


async def test_links_that_are_too_many_are_said_and_did_not_end(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "MOST", 3)
    async with fleet_of(yard, *FLEET) as room:
        await depend(room, *map(package, "ab"), name="acme/api")
        number = await the_id(room, "acme/api")
        assert number not in (await graph(room)).unknown
        await depend(room, *map(package, "abc"), name="acme/api")
        assert (await graph(room)).unknown[number] == FULL
        await depend(room, *map(package, "deab"), name="acme/api")
        async with room.store.read() as connection:
            asked = {each.link.target for each in await links_of(connection, [number])}
        assert {f"pkg:npm/{name}" for name in "abc"} <= asked
        assert (await graph(room)).unknown[number] == FULL


async def test_names_that_are_too_many_are_said(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supplies, "MOST", 2)
    async with fleet_of(yard, *FLEET) as room:
        look = seen(room)
        made = tuple(Published(f"pkg:npm/@acme/{name}") for name in "abc")
        look.manifests = {key: Manifest(publishes=made) for key in look.manifests}
        await record_scans(room, [ScanResult("github.com/acme/api", look)])
        assert (await graph(room)).unknown[await the_id(room, "acme/api")] == FULL


async def the_id(room: Room, name: str) -> int:
    async with room.store.read() as connection:
        (number,) = (await ids_of(connection, [f"github.com/{name}"])).values()
    return number
