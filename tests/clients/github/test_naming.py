"""Where names lead, asked of the double."""

import pytest
from tests.clients.github.asking import host, swept
from tests.clients.github.scripted import Scripted, told
from tests.hub import SmallHub

from opsroom.clients.host import HostError, Named, Priority, Resolved
from opsroom.demo.github.acts.repositories import delete_repository, rename, transfer

pytestmark = pytest.mark.anyio


async def test_former_names_lead_to_what_has_another_one_now_for_a_point(hub: SmallHub) -> None:
    asked = host(hub)
    before = await swept(asked)
    rename(hub.world, hub.repository("acme/api"), "Server", hub.kim)
    transfer(hub.world, hub.repository("acme/web"), hub.kim, hub.kim)
    delete_repository(hub.world, hub.repository("acme/empty"), hub.kim)
    hub.world.stats.reset()
    names = ("Acme/API", "acme/web", "acme/empty", "acme/never", "kim/notes")
    found = await asked.resolve(names, priority=Priority.ROUTINE)
    assert found.to["Acme/API"] == Named(before["acme/api"].id, "acme/Server")
    assert found.to["acme/web"] == Named(before["acme/web"].id, "kim/web")
    assert found.to["kim/notes"].full_name == "kim/notes"
    assert found.nowhere == frozenset({"acme/empty", "acme/never"})
    assert not found.failed
    assert (hub.world.stats.graphql, hub.world.stats.graphql_points) == (1, 1)


async def test_many_names_take_a_request_a_hundred(hub: SmallHub) -> None:
    names = [f"acme/never-{number}" for number in range(150)]
    found = await host(hub).resolve(names, priority=Priority.ROUTINE)
    assert (len(found.nowhere), hub.world.stats.graphql) == (150, 2)
    assert await host(hub).resolve((), priority=Priority.ROUTINE) == Resolved()
    assert hub.world.stats.graphql == 2


async def test_what_is_hidden_looks_as_if_it_were_not_there(hub: SmallHub) -> None:
    hub.give_token("ghp_stranger", hub.stranger, frozenset({"repo"}))
    found = await host(hub, "ghp_stranger").resolve(("kim/notes",), priority=Priority.ROUTINE)
    assert found == Resolved(nowhere=frozenset({"kim/notes"}))


async def test_what_the_host_fails_at_is_told_as_failed_alone() -> None:
    error = {"type": "FORBIDDEN", "path": ["r1"], "message": "Resource not accessible"}
    node = {"id": "R_1", "nameWithOwner": "acme/api"}
    answer = {"data": {"r0": node, "r1": None, "r2": None, "r3": {"id": 7}}, "errors": [error]}
    names = ("acme/api", "acme/web", "acme/odd", "acme/nonsense")
    found = await Scripted(told(answer)).host().resolve(names, priority=Priority.ROUTINE)
    assert found.to == {"acme/api": Named("R_1", "acme/api")}
    assert found.nowhere == frozenset()
    assert found.failed == {
        "acme/web": "no permission",
        "acme/odd": "the host told nothing",
        "acme/nonsense": "the host told nothing",
    }


async def test_a_host_that_can_not_be_asked_tells_nothing() -> None:
    refused = Scripted(told({"message": "Server Error"}, 500)).host()
    with pytest.raises(HostError):
        await refused.resolve(("acme/api",), priority=Priority.ROUTINE)
