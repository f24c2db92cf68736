from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from tests.clients.github.answers import page, repository
from tests.clients.github.scripted import Scripted, told

from opsroom.clients.github.credentials import Anonymous
from opsroom.clients.host import HostError, NotLetIn, Priority, Sweep, Swept

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def pushed(number: int, minutes_ago: int) -> dict[str, Any]:
    at = NOW - timedelta(minutes=minutes_ago)
    return repository(f"R_{number}", pushedAt=at.isoformat())


async def swept(hub: Scripted, known: Sweep | None = None, *, whole: bool = False) -> Sweep:
    before = {each.id: each for each in known.repositories} if known else dict[str, Swept]()
    return await hub.host().sweep("acme", before, whole=whole, priority=Priority.SWEEP)


async def test_all_pages_are_read_and_then_it_is_whole() -> None:
    hub = Scripted(
        page([pushed(1, 1), pushed(2, 2)], total=3, more="x"), page([pushed(3, 3)], total=3)
    )
    found = await swept(hub, whole=True)
    assert [each.id for each in found.repositories] == ["R_1", "R_2", "R_3"]
    assert found.whole
    assert [body["variables"]["cursor"] for body in hub.bodies] == [None, "x"]
    first = found.repositories[0]
    assert (first.full_name, first.branch, first.ci) == ("acme/r_1", "main", "failing")
    assert (first.head, first.visibility) == ("a" * 40, "internal")


async def test_it_ends_where_nothing_was_pushed_since() -> None:
    before = await swept(
        Scripted(page([pushed(1, 10), pushed(2, 20)], total=4, more="x"), page([], total=2))
    )
    moved = page([pushed(3, 1), pushed(1, 10)], total=400, more="x")
    hub = Scripted(moved)
    found = await swept(hub, before)
    assert len(hub.asked) == 1
    assert not found.whole
    assert [each.id for each in found.repositories] == ["R_3", "R_1"]
    hub = Scripted(moved, page([pushed(2, 20)], total=3))
    assert (await swept(hub, before, whole=True)).whole


async def test_it_goes_on_while_everything_on_a_page_moved() -> None:
    before = await swept(Scripted(page([pushed(1, 30), pushed(2, 40)], total=2)))
    hub = Scripted(
        page([pushed(1, 1), pushed(3, 2)], total=9, more="x"),
        page([pushed(2, 40), pushed(4, 50)], total=9, more="y"),
    )
    found = await swept(hub, before)
    assert len(hub.asked) == 2
    assert len(found.repositories) == 4


async def test_an_owner_with_none_is_wholly_known() -> None:
    found = await swept(Scripted(page([], total=0)))
    assert found.repositories == ()
    assert found.whole


async def test_a_repository_that_moves_while_pages_are_read_is_not_missed() -> None:
    """R_3 is pushed to between two pages: it is on neither, and nothing says that it is gone."""
    hub = Scripted(
        page([pushed(1, 1)], total=3, more="x"),
        page([pushed(2, 2)], total=3),
        page([pushed(3, 0), pushed(1, 1)], total=3),
    )
    found = await swept(hub, whole=True)
    assert {each.id for each in found.repositories} == {"R_1", "R_2", "R_3"}
    assert found.whole


async def test_a_list_with_a_gap_is_not_whole() -> None:
    forbidden = {
        "type": "FORBIDDEN",
        "path": ["repositoryOwner", "repositories", "nodes", 1],
        "message": "Resource protected by organization SAML enforcement",
    }
    found = await swept(
        Scripted(page([pushed(1, 1), None], total=2, errors=[forbidden])), whole=True
    )
    assert [each.id for each in found.repositories] == ["R_1"]
    assert not found.whole


async def test_no_commits_no_branch_no_ci() -> None:
    empty = repository("R_1", defaultBranchRef=None, pushedAt=None)
    (found,) = (await swept(Scripted(page([empty], total=1)))).repositories
    assert (found.head, found.branch, found.pushed_at, found.ci) == (None, None, None, "none")


async def test_ci_that_could_not_be_had_is_not_none() -> None:
    without = pushed(1, 1)
    without["defaultBranchRef"]["target"]["statusCheckRollup"] = None
    path = ["repositoryOwner", "repositories", "nodes", 0, "defaultBranchRef", "target"]
    error = {
        "type": "FORBIDDEN",
        "path": [*path, "statusCheckRollup"],
        "message": "Resource not accessible by personal access token",
    }
    (found,) = (await swept(Scripted(page([without], total=1, errors=[error])))).repositories
    assert found.ci is None
    assert found.head == "a" * 40
    (found,) = (await swept(Scripted(page([without], total=1)))).repositories
    assert found.ci == "none"


async def test_an_owner_that_is_not_told_of_is_an_error() -> None:
    nobody = told({"data": {"repositoryOwner": None}})
    with pytest.raises(HostError, match="no owner acme"):
        await swept(Scripted(nobody))
    saml = {
        "message": "Resource protected by organization SAML enforcement.",
        "type": "FORBIDDEN",
        "path": ["repositoryOwner", "repositories"],
        "extensions": {"saml_failure": True},
    }
    behind = told({"data": {"repositoryOwner": {"login": "acme"}}, "errors": [saml]})
    with pytest.raises(NotLetIn, match="single sign-on"):
        await swept(Scripted(behind))


async def test_pages_shrink_until_the_host_manages_them() -> None:
    hub = Scripted(told(status=502), told(status=502), page([pushed(1, 1)], total=1))
    host = hub.host()
    found = await host.sweep("acme", {}, whole=True, priority=Priority.SWEEP)
    assert found.whole
    await host.sweep("acme", {}, whole=True, priority=Priority.SWEEP)
    assert [body["variables"]["first"] for body in hub.bodies] == [100, 50, 25, 25]


async def test_one_repository_whose_ci_breaks_the_host_does_not_hide_the_others() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if b"statusCheckRollup" in request.content:
            return told(status=502)
        without = pushed(1, 1)
        del without["defaultBranchRef"]["target"]["statusCheckRollup"]
        return page([without], total=1)

    found = await swept(Scripted(answer))
    assert found.whole
    assert [(each.head, each.ci) for each in found.repositories] == [("a" * 40, None)]


async def test_nobody_is_told_that_a_token_is_needed() -> None:
    host = Scripted(told({"message": "This endpoint requires you to be authenticated."}, 401)).host(
        Anonymous()
    )
    with pytest.raises(NotLetIn, match="to a token only"):
        await host.sweep("acme", {}, whole=True, priority=Priority.SWEEP)
