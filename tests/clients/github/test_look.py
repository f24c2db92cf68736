import json
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from tests.clients.github.answers import LIMIT, fleet, repository
from tests.clients.github.scripted import Scripted, told

from opsroom.clients.github.pace import looking
from opsroom.clients.host import HostError, Later, NotLetIn, Priority
from opsroom.model.host import HostSettings, Remote

pytestmark = pytest.mark.anyio


def ids(count: int) -> list[str]:
    return [f"R_{number}" for number in range(count)]


async def test_twenty_four_repositories_take_two_requests() -> None:
    hub = Scripted(fleet())
    looks = await hub.host().look(ids(24), priority=Priority.ASKED)
    assert sorted(looks.looks) == sorted(ids(24))
    assert [len(body["variables"]["ids"]) for body in hub.bodies] == [12, 12]


async def test_each_id_is_asked_for_once() -> None:
    hub = Scripted(fleet())
    looks = await hub.host().look(["R_1", "R_2", "R_1"], priority=Priority.ASKED)
    assert set(looks.looks) == {"R_1", "R_2"}
    assert hub.bodies[0]["variables"]["ids"] == ["R_1", "R_2"]
    assert (await hub.host().look([], priority=Priority.ASKED)).looks == {}
    assert len(hub.asked) == 1


async def test_the_one_repository_that_breaks_the_host_stands_alone() -> None:
    hub = Scripted(fleet(broken=["R_13"]))
    looks = await hub.host().look(ids(40), priority=Priority.ASKED)
    assert set(looks.failed) == {"R_13"}
    assert "502" in looks.failed["R_13"]
    assert looks.unasked == frozenset(), "its turn came"
    assert len(looks.looks) == 39
    assert len(hub.asked) < 20


async def test_batches_shrink_when_the_host_takes_too_long_and_grow_slowly() -> None:
    hub = Scripted(fleet(most=12))
    host = hub.host()
    looks = await host.look(ids(100), priority=Priority.ASKED)
    assert len(looks.looks) == 100
    assert looks.failed == {}
    before = len(hub.asked)
    await host.look(ids(100), priority=Priority.ASKED)
    sizes = [len(body["variables"]["ids"]) for body in hub.bodies[before:]]
    assert max(sizes) <= 14


def test_batches_of_a_host_that_keeps_up_grow_to_forty_and_never_shrink_below_five() -> None:
    pace, sizes = looking(), list[int]()
    for _ in range(200):
        pace.grow()
        sizes.append(pace.size)
    assert (sizes[8], sizes[9], sizes[-1]) == (20, 22, 40)
    pace.shrink(40)
    assert pace.size == 20
    for failed in (20, 10, 5, 2):
        pace.shrink(failed)
    assert pace.size == 5


@pytest.mark.parametrize(
    "error",
    [
        {"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Resource limits for this query exceeded"},
        {"message": "Timeout on validation of query"},
        {"message": "Something went wrong while executing your query. Please include `1`"},
    ],
)
async def test_limits_of_a_question_that_come_with_200_halve_it(error: dict[str, str]) -> None:
    too_much = told({"data": None, "errors": [error]})
    hub = Scripted(too_much, fleet())
    looks = await hub.host().look(ids(10), priority=Priority.ASKED)
    assert len(looks.looks) == 10
    assert sorted(len(body["variables"]["ids"]) for body in hub.bodies) == [5, 5, 10]


async def test_what_is_gone_is_told_from_what_is_forbidden() -> None:
    hub = Scripted(fleet(gone=["R_3"], forbidden=["R_5"]))
    looks = await hub.host().look(ids(8), priority=Priority.ASKED)
    assert looks.gone == {"R_3"}
    assert looks.failed == {"R_5": "no permission"}
    assert len(looks.looks) == 6


async def test_a_null_without_a_reason_is_not_gone() -> None:
    hub = Scripted(told({"data": {"rateLimit": LIMIT, "nodes": [None, repository("R_2")]}}))
    looks = await hub.host().look(["R_1", "R_2"], priority=Priority.ASKED)
    assert looks.gone == frozenset()
    assert looks.failed == {"R_1": "the host told nothing"}


async def test_an_id_of_something_else_is_gone() -> None:
    hub = Scripted(told({"data": {"nodes": [{"__typename": "User"}]}}))
    assert (await hub.host().look(["U_1"], priority=Priority.ASKED)).gone == {"U_1"}


async def test_an_answer_that_makes_no_sense_is_one_repositorys_failure() -> None:
    odd = repository("R_1", createdAt="yesterday")
    hub = Scripted(told({"data": {"nodes": [odd, repository("R_2")]}}))
    looks = await hub.host().look(["R_1", "R_2"], priority=Priority.ASKED)
    assert set(looks.looks) == {"R_2"}
    assert looks.failed == {"R_1": "the host's answer could not be read"}


async def test_a_renamed_repository_is_found_under_its_id() -> None:
    renamed = repository("R_1", nameWithOwner="Other/Name")
    hub = Scripted(told({"data": {"nodes": [renamed]}}))
    remote = (await hub.host().look(["R_1"], priority=Priority.ASKED)).looks["R_1"].remote
    assert isinstance(remote, Remote)
    assert (remote.id, remote.full_name) == ("R_1", "Other/Name")


async def test_an_ill_host_is_not_cut_to_pieces() -> None:
    hub = Scripted(told(status=502))
    with pytest.raises(HostError, match="502"):
        await hub.host().look(ids(200), priority=Priority.ASKED)
    assert len(hub.asked) < 60


async def test_what_was_told_before_the_host_wants_quiet_is_kept() -> None:
    hub = Scripted(fleet(), told(status=429, Retry_After="600"))
    looks = await hub.host().look(ids(100), priority=Priority.ASKED)
    assert len(looks.looks) == 20
    assert len(looks.failed) == 80
    assert looks.unasked == looks.failed.keys()
    with pytest.raises(Later):
        await (
            Scripted(told(status=429, Retry_After="600"))
            .host()
            .look(ids(5), priority=Priority.ASKED)
        )


async def test_a_token_that_the_host_does_not_know_is_everybodys_failure() -> None:
    hub = Scripted(told({"message": "Bad credentials"}, 401))
    with pytest.raises(NotLetIn):
        await hub.host().look(ids(100), priority=Priority.ASKED)
    assert len(hub.asked) <= 3


async def test_a_spent_budget_that_is_told_in_words_pauses_graphql_alone() -> None:
    limited = told({"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]})
    host = Scripted(limited).host()
    with pytest.raises(Later) as caught:
        await host.look(ids(5), priority=Priority.ASKED)
    assert caught.value.until is not None
    assert [pause.bucket for pause in host.budget().pauses] == ["graphql"]


async def test_a_secondary_limit_that_is_told_in_words_pauses_everything() -> None:
    limited = told({"errors": [{"message": "You have exceeded a secondary rate limit."}]})
    host = Scripted(limited).host()
    with pytest.raises(Later) as caught:
        await host.look(ids(5), priority=Priority.ASKED)
    assert caught.value.until is not None
    assert caught.value.until <= datetime.now(UTC) + timedelta(seconds=61)
    assert [pause.bucket for pause in host.budget().pauses] == [None]


async def test_the_cost_that_the_host_tells_is_booked() -> None:
    told_cost = {"data": {"rateLimit": {**LIMIT, "cost": 7}, "nodes": [repository("R_1")]}}
    host = Scripted(told(told_cost)).host()
    await host.look(["R_1"], priority=Priority.HEARD)
    (spent,) = host.budget().spent
    assert (spent.purpose, spent.priority, spent.requests, spent.points) == ("look", "heard", 1, 7)


async def test_a_truncated_answer_is_asked_for_again() -> None:
    hub = Scripted(httpx2.Response(200, content=b'{"data": {"nodes": [{"id"'), fleet())
    assert len((await hub.host().look(ids(3), priority=Priority.ASKED)).looks) == 3


async def test_a_repository_that_is_left_out_for_one_field_is_had_without_it() -> None:
    """The schema promises the rules, so where they are forbidden the whole node is null."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        question = json.loads(request.content)
        asks = "branchProtectionRules" in question["query"]
        nodes = [None if asks else repository(each) for each in question["variables"]["ids"]]
        errors = [
            {
                "type": "FORBIDDEN",
                "path": ["nodes", place, "branchProtectionRules"],
                "message": "Resource not accessible by personal access token",
            }
            for place in range(len(nodes) if asks else 0)
        ]
        for node in nodes:
            if node is not None:
                del node["branchProtectionRules"]
        return told({"data": {"rateLimit": LIMIT, "nodes": nodes}, "errors": errors})

    hub = Scripted(answer)
    host = hub.host()
    looks = await host.look(ids(3), priority=Priority.ASKED)
    assert looks.failed == {}
    for look in looks.looks.values():
        assert isinstance(look.settings, HostSettings)
        assert look.settings.rules is None
        (missing,) = look.settings.untold
        assert (missing.fact, missing.reason) == ("rules", "no permission")
        assert isinstance(look.remote, Remote)
        assert look.remote.untold == ()
    assert len(hub.asked) == 2
    await host.look(ids(3), priority=Priority.ASKED)
    assert len(hub.asked) == 3, "it is not asked for again at once"
