import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import anyio
import httpx2
import pytest
from pydantic import SecretStr
from tests.hub import SmallHub
from tests.operations.hosts.test_heard import build, head, push
from tests.operations.hosts.worlds import row, settings, source, until, watch_of, watching
from tests.operations.rooms import Yard, events, last

from opsroom.clients.github.client import GithubHost
from opsroom.clients.host import FailedStep, HostError, Priority
from opsroom.errors import SettingsError, StoreError
from opsroom.model.ci import CiRun
from opsroom.model.health import Grade
from opsroom.operations.budget import budget
from opsroom.operations.hosts import asking, claims, looking, reach, running
from opsroom.operations.hosts.asking import look_now
from opsroom.operations.hosts.queue import GAP
from opsroom.operations.repository import repository_health
from opsroom.operations.room import Room
from opsroom.operations.status import fleet_status
from opsroom.settings import GithubSource
from opsroom.store.ci_runs import newest_ci_runs

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def down(hub: SmallHub) -> AsyncGenerator[None]:
    """The host answers nothing but 503 while this lasts."""
    hub.hub.faults.set({"errors": 1.0})
    try:
        yield
    finally:
        hub.hub.faults.set({})


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fractions of a second in place of seconds between attempts."""
    monkeypatch.setattr(reach, "FIRST", 0.05)
    monkeypatch.setattr(reach, "LONGEST", 0.2)
    monkeypatch.setattr(reach, "SLOWLY", 0.2)


async def failures(room: Room, after: int) -> list[str]:
    return [each.kind for each in await events(room, after) if "observation" in each.kind]


@pytest.mark.usefixtures("impatient")
async def test_a_host_that_is_down_for_long_is_told_once_and_nothing_turns_green_or_gone(
    hub: SmallHub, yard: Yard
) -> None:
    async with watching(settings(yard.home)) as room:
        before = await last(room)
        grades = {each.name: each.health.grade for each in room.rows()}
        async with down(hub):
            watch_of(room).sweep_soon()
            await until(lambda: bool(room.problems()), room)
            pushed = push(hub, "acme/api")
            await anyio.sleep(1)  # several attempts more
            await room.refresh()
            assert {each.name: each.health.grade for each in room.rows()} == grades
            status = await fleet_status(room, "", 2000)
            assert re.search("github.test/acme.* 50[023]", status.problems[0])
            assert status.coverage.unknown >= 1
            with anyio.fail_after(2):  # nobody waits for a host that doesn't answer
                answer = await repository_health(room, "acme/api", 2000)
            assert answer.grade is grades["acme/api"]
            assert await failures(room, before) == ["observation.failed"]
        await until(lambda: head(room, "acme/api") == pushed, room)
        await until(lambda: room.problems() == [], room)
        assert await failures(room, before) == ["observation.failed", "observation.recovered"]
        gone = [each for each in await events(room, before) if each.kind == "repository.gone"]
        assert gone == []


@pytest.mark.usefixtures("impatient")
async def test_a_hiccup_is_no_news(hub: SmallHub, yard: Yard) -> None:
    async with watching(settings(yard.home)) as room:
        before = await last(room)
        async with down(hub):
            watch_of(room).sweep_soon()
            with anyio.fail_after(4):
                while watch_of(room).reach.is_open:
                    await anyio.sleep(0.01)
        with anyio.fail_after(4):
            while not watch_of(room).reach.is_open:
                await anyio.sleep(0.01)
        await room.refresh()
        assert room.problems() == []
        assert await failures(room, before) == []


@pytest.mark.usefixtures("impatient")
async def test_a_wrong_token_is_told_with_what_to_do(hub: SmallHub, yard: Yard) -> None:
    wrong = source(token=SecretStr("ghp_wrong"))
    async with Room(settings(yard.home, wrong)) as room:
        await room.open()
        await until(lambda: bool(room.problems()), room)
        (problem,) = room.problems()
        assert "github.test/acme" in problem
        assert "does not know the token" in problem
        assert "make a new one" in problem
        assert "ghp_wrong" not in problem
        status = await fleet_status(room, "", 2000)
        assert status.counts.green == 0
        assert status.problems
        hub.give_token("ghp_wrong", hub.kim, frozenset({"repo", "read:org"}))
        await until(lambda: len(room.rows()) == 3, room)
        await until(lambda: room.problems() == [], room)


async def test_an_owner_that_is_not_there_is_told(hub: SmallHub, yard: Yard) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reach, "FIRST", 0.02)
        async with Room(settings(yard.home, source("nobody"))) as room:
            await room.open()
            await until(lambda: bool(room.problems()), room)
            assert "nobody" in room.problems()[0]


async def test_a_repository_that_breaks_a_look_spoils_no_other(hub: SmallHub, yard: Yard) -> None:
    async with watching(settings(yard.home)) as room:
        watch = watch_of(room)
        look = watch.host.look
        web = row(room, "acme/web").repository.host_id
        api = row(room, "acme/api").repository.host_id
        assert web
        assert api

        async def poisoned(ids: list[str], *, priority: Priority) -> object:
            looks = await look([id_ for id_ in ids if id_ != web], priority=priority)
            failed = {web: "it breaks the host"} if web in ids else {}
            return replace(looks, failed={**looks.failed, **failed})

        watch.host.look = poisoned  # type: ignore[method-assign,assignment]  # a host with a poison
        pushed = push(hub, "acme/api")
        watch.put([web, api], Priority.HEARD)
        await until(lambda: head(room, "acme/api") == pushed, room)
        with anyio.fail_after(2):
            while len(watch.retries) != 1:
                await anyio.sleep(0.01)


async def test_a_low_budget_makes_facts_older_and_is_told_once(hub: SmallHub, yard: Yard) -> None:
    async with watching(settings(yard.home, source(sweep_every=None))) as room:
        before = await last(room)
        watch = watch_of(room)
        lively = watch.sweep_every
        assert isinstance(watch.host, GithubHost)
        ledger = watch.host._ledger  # pyright: ignore[reportPrivateUsage]  # the test spends it
        now = room.now()
        limit = next(each.limit for each in watch.host.budget().buckets if each.name == "graphql")
        assert limit
        ledger.charge("graphql", limit // 2, Priority.WRITE, "others", now)
        with anyio.fail_after(5):
            while not [e for e in await events(room, before) if e.kind == "budget.low"]:
                watch.sweep_soon()
                await anyio.sleep(0.05)
        assert watch.sweep_every > lively
        assert watch.queue.gap > GAP
        pushed = push(hub, "acme/api")
        watch.put([row(room, "acme/api").repository.host_id or ""], Priority.ROUTINE)
        await anyio.sleep(0.5)
        assert head(room, "acme/api") != pushed
        assert {each.health.grade for each in room.rows()} != {Grade.UNKNOWN}
        told = [each for each in await events(room, before) if each.kind == "budget.low"]
        assert len(told) == 1
        assert told[0].data["bucket"] == "graphql"
        report = await budget(room)
        assert [bucket.low for bucket in report.hosts[0].buckets if bucket.name == "graphql"] == [
            True
        ]
        room._low_until = 0.0  # pyright: ignore[reportPrivateUsage]  # now rather than in a while
        room._shown = (-1, "")  # pyright: ignore[reportPrivateUsage]
        await room.refresh()
        assert "budget" in room.note()


async def test_a_low_budget_that_sources_share_is_told_once(hub: SmallHub, yard: Yard) -> None:
    async with watching(settings(yard.home, source(), source("kim"))) as room:
        before = await last(room)
        watches = list(room.watching.values())
        budgets = {watch.host.budget().account for watch in watches}
        assert len(watches) == 2
        assert len(budgets) == 1
        assert isinstance(watches[0].host, GithubHost)
        ledger = watches[0].host._ledger  # pyright: ignore[reportPrivateUsage]  # the test spends it
        ledger.charge("graphql", 2_000, Priority.WRITE, "others", room.now())
        with anyio.fail_after(8):
            while not all(watch.low for watch in watches):
                for watch in watches:
                    watch.sweep_soon()
                await anyio.sleep(0.05)
        await anyio.sleep(0.3)  # the second would be written after it is known
        told = [each for each in await events(room, before) if each.kind == "budget.low"]
        assert len(told) == 1


async def test_a_question_is_answered_from_a_look_made_for_it(hub: SmallHub, yard: Yard) -> None:
    async with watching(settings(yard.home)) as room:
        pushed = push(hub, "acme/api")
        row_ = row(room, "acme/api")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(asking, "JUST_NOW", timedelta())
            await look_now(room, row_.repository.key)
        await room.refresh()
        assert head(room, "acme/api") == pushed


async def test_two_rooms_share_a_store_and_one_watches(hub: SmallHub, yard: Yard) -> None:
    async with watching(settings(yard.home)) as first, Room(settings(yard.home)) as second:
        await second.open()
        await until(lambda: len(second.rows()) == 3, second)
        assert len(first.watching) == 1
        assert second.watching == {}
        pushed = push(hub, "acme/api")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(asking, "JUST_NOW", timedelta())
            await look_now(second, row(second, "acme/api").repository.key)
        assert head(second, "acme/api") == pushed


async def test_another_takes_over_when_the_watcher_goes(hub: SmallHub, yard: Yard) -> None:
    async with Room(settings(yard.home)) as second:
        async with watching(settings(yard.home)) as first:
            await second.open()
            assert not first.owner or not second.owner
            assert second.watching == {}
        with anyio.fail_after(5):
            while not second.watching:
                await anyio.sleep(0.05)
        pushed = push(hub, "acme/api")
        watch_of(second).sweep_soon()
        await until(lambda: head(second, "acme/api") == pushed, second)


async def test_a_client_without_the_source_does_not_keep_it_from_being_watched(
    hub: SmallHub, yard: Yard
) -> None:
    yard.clone("notes")
    async with Room(yard.settings()) as client:
        await client.open()
        with anyio.fail_after(5):
            while not client.owner:
                await anyio.sleep(0.05)
        async with watching(settings(yard.home)) as centre:
            assert not centre.owner
            assert len(centre.watching) == 1
            assert [each.name for each in client.rows()] == ["local/notes"]
            assert "acme/api" not in [each.name for each in client.rows()]


async def test_a_credential_that_can_not_be_had_is_told(
    hub: SmallHub, yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> None:
        raise SettingsError("gh holds no token for github.test", "gh auth login")

    monkeypatch.setattr(claims, "connected", none)
    async with Room(settings(yard.home)) as room:
        await room.open()
        await until(lambda: bool(room.problems()), room)
        assert "gh auth login" in room.problems()[0]


async def test_a_problem_that_can_not_be_kept_ends_no_other_watch(
    hub: SmallHub, yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected: Any = vars(claims)["connected"]
    failed: list[str] = []

    def none(source: GithubSource, *more: Any) -> Any:
        if source.owner == "kim":
            raise SettingsError("gh holds no token for github.test", "gh auth login")
        return connected(source, *more)

    async def full(*_: Any) -> None:
        failed.append("once")
        raise StoreError("the disk is full", "make room")

    monkeypatch.setattr(claims, "connected", none)
    monkeypatch.setattr(claims, "record_host_failed", full)
    async with Room(settings(yard.home, source(), source("kim"))) as room:
        await room.open()
        await until(lambda: room.surveyed("github:github.test/acme"), room)
        assert failed


async def test_a_host_that_can_not_be_reached_at_all(hub: SmallHub, yard: Yard) -> None:
    def refused(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("connection refused", request=request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reach, "FIRST", 0.02)
        patch.setattr(SmallHub, "transport", httpx2.MockTransport(refused))
        async with Room(settings(yard.home)) as room:
            await room.open()
            await until(lambda: bool(room.problems()), room)
            assert "can't be reached" in room.problems()[0]
            assert room.rows() == []
            assert (await fleet_status(room, "", 2000)).counts.green == 0


async def test_a_log_that_can_not_be_had_is_asked_for_again(
    hub: SmallHub, yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "AGAIN", 0.0)
    monkeypatch.setattr(looking, "TICK", 0.05)
    async with watching(settings(yard.home)) as room:
        watch, asked = watch_of(room), list[str]()
        found = watch.host.failed_step

        async def failing(name: str, run: CiRun, *, priority: Priority) -> FailedStep | None:
            asked.append(name)
            if len(asked) < 3:
                raise HostError("github.test answered 502")
            return await found(name, run, priority=priority)

        watch.host.failed_step = failing  # type: ignore[method-assign,assignment]  # in trouble
        build(hub, hub.repository("acme/api"), "failure", "error: no such thing\n")
        watch.sweep_soon()

        async def reason() -> str:
            async with room.store.read() as connection:
                kept = await newest_ci_runs(connection, None)
            return kept[0].failure.error if kept and kept[0].failure else ""

        with anyio.fail_after(5):
            while not await reason():
                await anyio.sleep(0.02)
        assert asked == ["acme/api"] * 3
        assert watch.tries == {}
