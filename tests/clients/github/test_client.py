"""The client against the double: what a fleet costs, and what a host may do to its answers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.clients.github.answers import page
from tests.clients.github.asking import host, looked, swept, whole
from tests.clients.github.scripted import Scripted
from tests.hub import SCOPES, SmallHub

from opsroom.clients.github.client import GithubHost
from opsroom.clients.host import Host, HostError, HostLooks, Later, NotLetIn, Priority
from opsroom.demo.github.acts.protection import protect
from opsroom.demo.github.acts.pushes import commit_files
from opsroom.demo.github.acts.repositories import (
    delete_repository,
    rename,
    set_archived,
    set_visibility,
    transfer,
)
from opsroom.demo.github.limits import Rules
from opsroom.model.budget import Budget
from opsroom.model.ci import Ci
from opsroom.model.facts import Unknown
from opsroom.model.host import HostSettings, Remote

pytestmark = pytest.mark.anyio


def test_it_is_a_host(hub: SmallHub) -> None:
    asked: Host = host(hub)
    assert asked.name == "github.test"
    assert [price.question for price in asked.prices(24)] == ["sweep", "look", "alerts", "ci_runs"]
    assert asked.cadence(24).sweep == 30


async def test_twenty_four_repositories_take_three_requests_after_the_first_round(
    hub: SmallHub,
) -> None:
    for number in range(21):
        hub.create(f"acme/svc-{number}", {"main.go": "package main\n"})
    asked = host(hub)
    known = {each.id: each for each in (await whole(asked)).repositories}
    assert len(known) == 24
    await asked.look(list(known), priority=Priority.ROUTINE)
    hub.world.stats.reset()
    found = await asked.sweep("acme", known, whole=False, priority=Priority.SWEEP)
    looks = await asked.look([each.id for each in found.repositories], priority=Priority.ROUTINE)
    assert len(looks.looks) == 24
    assert (hub.world.stats.graphql, hub.world.stats.rest) == (3, 0)
    spent = {(each.purpose, each.priority): each for each in asked.budget().spent}
    assert spent["sweep", "sweep"].points + spent["look", "routine"].points <= 9
    assert hub.world.stats.graphql_points <= 4


async def test_ten_thousand_repositories_are_swept_until_nothing_moved() -> None:
    begun = datetime(2026, 11, 24, tzinfo=UTC)
    fleet = [
        {
            "id": f"R_{n}",
            "nameWithOwner": f"acme/r-{n}",
            "isArchived": False,
            "isFork": False,
            "isPrivate": False,
            "pushedAt": (begun - timedelta(minutes=n)).isoformat(),
            "defaultBranchRef": None,
        }
        for n in range(10_000)
    ]
    pages = [
        page(fleet[at : at + 100], total=10_000, more=str(at) if at < 9_900 else None)
        for at in range(0, 10_000, 100)
    ]
    hub = Scripted(*pages)
    asked = hub.host()
    known = {each.id: each for each in (await whole(asked)).repositories}
    assert (len(known), len(hub.asked)) == (10_000, 100)
    hub.answers.append(pages[0])
    hub.answers.popleft()
    again = await asked.sweep("acme", known, whole=False, priority=Priority.SWEEP)
    assert (len(again.repositories), len(hub.asked), again.whole) == (100, 101, False)


async def test_a_repository_keeps_its_id_when_it_is_renamed_moved_archived_or_hidden(
    hub: SmallHub,
) -> None:
    asked = host(hub)
    before = await swept(asked)
    api, web = hub.repository("acme/api"), hub.repository("acme/web")
    rename(hub.world, api, "Api-Server", hub.kim)
    set_archived(hub.world, api, True, hub.kim)
    transfer(hub.world, web, hub.kim, hub.kim)
    set_visibility(hub.world, web, "private", hub.kim)
    delete_repository(hub.world, hub.repository("acme/empty"), hub.kim)
    after = await swept(asked)
    assert {name: each.id for name, each in after.items()} == {
        "acme/Api-Server": before["acme/api"].id
    }
    looks = await asked.look([each.id for each in before.values()], priority=Priority.HEARD)
    assert looks.gone == {before["acme/empty"].id}
    assert looks.failed == {}
    remotes = {
        look.remote.full_name: look.remote
        for look in looks.looks.values()
        if isinstance(look.remote, Remote)
    }
    assert remotes["acme/Api-Server"].archived
    assert remotes["kim/web"].visibility == "private"
    assert remotes["kim/web"].id == before["acme/web"].id


async def test_a_repository_without_commits_is_fine(hub: SmallHub) -> None:
    look = (await looked(host(hub)))["acme/empty"]
    assert isinstance(look.remote, Remote)
    assert (look.remote.empty, look.remote.head, look.remote.branches) == (True, None, 0)
    assert isinstance(look.ci, Ci)
    assert (look.ci.state, look.paths) == ("none", ())


async def test_an_owner_is_found_in_any_case_and_may_have_nothing(hub: SmallHub) -> None:
    hub.world.add_account("nothing-here")
    assert set(await swept(host(hub), "ACME")) == {"acme/api", "acme/web", "acme/empty"}
    nothing = await whole(host(hub), "nothing-here")
    assert (nothing.repositories, nothing.whole) == ((), True)
    with pytest.raises(HostError, match="no owner nobody-at-all"):
        await whole(host(hub), "nobody-at-all")


async def test_private_repositories_do_not_exist_for_others(hub: SmallHub) -> None:
    notes = (await swept(host(hub), "kim"))["kim/notes"]
    other = host(hub, hub.give_token("ghp_stranger", hub.stranger, SCOPES))
    assert set(await swept(other, "kim")) == {"kim/dotfiles"}
    looks = await other.look([notes.id], priority=Priority.ASKED)
    assert looks == HostLooks(gone=frozenset({notes.id}))


@pytest.mark.parametrize("expired", [False, True])
async def test_a_wrong_or_expired_token_is_the_tokens_fault(hub: SmallHub, expired: bool) -> None:
    token = "ghp_wrong"
    if expired:
        gone = datetime.now(UTC) - timedelta(hours=1)
        hub.give_token(token, hub.kim, SCOPES, expires_at=gone)
    with pytest.raises(NotLetIn, match="does not know the token"):
        await whole(host(hub, token))


async def test_what_a_fine_grained_token_may_not_read_is_unknown(hub: SmallHub) -> None:
    protect(hub.world, hub.repository("acme/api"), "main", hub.kim, checks=(("CI", None),))
    token = hub.give_fine_grained("github_pat_1", hub.kim, hub.acme, {"metadata": "read"})
    look = (await looked(host(hub, token)))["acme/api"]
    assert isinstance(look.settings, HostSettings)
    assert look.settings.rules is None
    assert "rules" in {each.fact for each in look.settings.untold}
    assert isinstance(look.remote, Remote)
    assert look.remote.full_name == "acme/api"


async def test_an_older_server_is_asked_for_what_it_has(hub: SmallHub) -> None:
    asked = host(hub, enterprise=True)
    look = (await looked(asked))["acme/api"]
    assert isinstance(look.settings, HostSettings)
    lacking = {each.fact: each.reason for each in look.settings.untold}
    assert lacking["rulesets"] == "not available on this server"
    assert look.settings.rulesets is None
    assert look.settings.rules == ()
    assert isinstance(look.remote, Remote)
    assert look.remote.untold == ()
    assert "Repository.rulesets" in asked.missing
    hub.world.stats.reset()
    await looked(asked)
    assert hub.world.stats.graphql == 2, "a server is asked once what it has"
    assert asked.budget().buckets[1].limit is None, "it sets no limits"


async def test_a_push_is_seen_by_the_next_sweep(hub: SmallHub) -> None:
    asked = host(hub)
    before = {each.id: each for each in (await whole(asked)).repositories}
    api = hub.repository("acme/api")
    commit_files(hub.world, api, "main", {"new.txt": "new\n"}, "Add", hub.kim)
    found = await asked.sweep("acme", before, whole=False, priority=Priority.SWEEP)
    moved = [each for each in found.repositories if each.head != before[each.id].head]
    assert [each.full_name for each in moved] == ["acme/api"]


async def test_a_storm_leaves_nothing_unknown_that_can_be_asked_again(hub: SmallHub) -> None:
    for number in range(12):
        hub.create(f"acme/svc-{number}", {"main.go": "package main\n"})
    asked = host(hub)
    async with hub.control() as control:
        await control.post(
            "/faults", json={"errors": 0.1, "timeouts": 0.05, "truncated": 0.05, "patience": 0}
        )
    for _ in range(5):
        found = await whole(asked)
        assert len(found.repositories) == 15
        looks = await asked.look([each.id for each in found.repositories], priority=Priority.ASKED)
        assert len(looks.looks) + len(looks.failed) == 15
        assert looks.gone == frozenset()
        for look in looks.looks.values():
            assert not isinstance(look.remote, Unknown)


async def until_refused(asked: GithubHost) -> None:
    for _ in range(20):
        await whole(asked)


async def test_a_spent_budget_says_until_when(tmp_path: Path) -> None:
    hub = SmallHub(tmp_path, rules=Rules(graphql=10))
    with pytest.raises(Later, match="our half") as caught:
        await until_refused(host(hub))
    assert caught.value.until is not None
    assert datetime.now(UTC) < caught.value.until <= datetime.now(UTC) + timedelta(hours=1)
    assert hub.world.stats.graphql == 4, "at most half is ours, and a sweep leaves some of that"


async def test_the_hosts_own_refusal_is_heard_too(tmp_path: Path) -> None:
    hub = SmallHub(tmp_path, rules=Rules(graphql=1))
    with pytest.raises(Later) as caught:
        await until_refused(host(hub))
    assert caught.value.until is not None


async def test_a_clock_that_is_three_hours_late_changes_nothing(hub: SmallHub) -> None:
    def late() -> datetime:
        return datetime.now(UTC) - timedelta(hours=3)

    asked = host(hub, clock=late)
    assert len((await whole(asked)).repositories) == 3
    resets_at = asked.budget().buckets[1].resets_at
    assert resets_at is not None
    assert timedelta() < resets_at - late() <= timedelta(hours=1)


async def test_the_budget_is_kept_between_runs(hub: SmallHub) -> None:
    class Shelf:
        kept: Budget | None = None

        async def read(self, account: str) -> Budget | None:
            return self.kept

        async def keep(self, budget: Budget) -> None:
            self.kept = budget

    shelf = Shelf()
    async with host(hub, books=shelf) as asked:
        await whole(asked)
        spent = asked.budget().spent
    async with host(hub, books=shelf) as again:
        assert again.budget().spent == spent
    assert shelf.kept is not None
    assert hub.token not in shelf.kept.model_dump_json()
