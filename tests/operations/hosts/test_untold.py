"""Repositories at which no full look works, while their host is well."""

from collections.abc import Sequence
from dataclasses import replace

import anyio
import pytest
from tests.hub import SmallHub
from tests.operations.hosts.worlds import row, settings, until, watch_of, watching
from tests.operations.rooms import Yard, events, last

from opsroom.clients.host import HostError, HostLooks, Priority
from opsroom.model.facts import Unknown
from opsroom.model.health import Grade
from opsroom.model.host import HostSettings, Remote
from opsroom.operations.hosts import looking, retries
from opsroom.operations.hosts.retries import TOLD_AFTER, Retries
from opsroom.operations.hosts.watch import HostWatch
from opsroom.operations.repository import repository_health
from opsroom.operations.room import Room

pytestmark = pytest.mark.anyio


def told(count: int, counted: Retries, *, surely: bool = True) -> dict[str, str]:
    found: dict[str, str] = {}
    for _ in range(count):
        counted.failed(["a"], Priority.ROUTINE, 0)
        found = counted.blame({"a": "502"}, surely=surely)
    return found


def test_a_few_failures_are_no_news() -> None:
    counted = Retries()
    assert told(TOLD_AFTER - 1, counted) == {}
    assert told(1, counted) == {"a": "502"}
    counted.worked(["a"])
    assert counted.blame({"a": "502"}, surely=True) == {}
    assert told(TOLD_AFTER - 1, counted) == {}


def test_a_host_at_which_nothing_works_is_ill_itself() -> None:
    counted = Retries()
    assert told(3 * TOLD_AFTER, counted, surely=False) == {}
    counted.worked(["b"])
    assert told(TOLD_AFTER, counted, surely=False) == {"a": "502"}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fractions of a second in place of seconds between attempts."""
    monkeypatch.setattr(retries, "FIRST", 0.02)
    monkeypatch.setattr(retries, "LATEST", 0.05)
    monkeypatch.setattr(looking, "TICK", 0.02)


class Poison:
    """A host at which looks at one repository fail as long as `reason` says why."""

    def __init__(self, watch: HostWatch, id_: str) -> None:
        self.id = id_
        self.reason = "github.test answered 502"
        self.unasked = False
        self.alone = False
        self.tries = 0
        self._look = watch.host.look
        watch.host.look = self.look  # type: ignore[method-assign]  # a host with a poison

    async def look(self, ids: Sequence[str], *, priority: Priority) -> HostLooks:
        if not self.reason or self.id not in ids:
            return await self._look(ids, priority=priority)
        self.tries += 1
        if self.alone and len(ids) == 1:
            raise HostError(self.reason)
        others = await self._look([id_ for id_ in ids if id_ != self.id], priority=priority)
        never = frozenset({self.id}) if self.unasked else others.unasked
        return replace(others, failed={**others.failed, self.id: self.reason}, unasked=never)


async def failures(room: Room, after: int) -> list[str]:
    return [each.kind for each in await events(room, after) if "observation" in each.kind]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("alone", [False, True])
async def test_a_poison_is_told_once_with_the_reason_and_again_when_it_is_over(
    hub: SmallHub, yard: Yard, alone: bool
) -> None:
    async with watching(settings(yard.home)) as room:
        web = row(room, "acme/web")
        assert web.repository.host_id
        before, watch = await last(room), watch_of(room)
        poison = Poison(watch, web.repository.host_id)
        poison.alone = alone
        watch.put([poison.id], Priority.ROUTINE)
        await until(lambda: poison.tries > 0, room)
        watch.put([row(room, "acme/api").repository.host_id or ""], Priority.ROUTINE)
        await until(lambda: isinstance(row(room, "acme/web").snapshot.settings, Unknown), room)
        dark = row(room, "acme/web")
        assert poison.tries >= TOLD_AFTER
        assert isinstance(dark.snapshot.remote, Remote), "sweeps still tell of it"
        assert dark.health.grade is not Grade.GREEN
        assert any("github.test answered 502" in each for each in dark.health.unknown)
        assert room.trust.of(dark) == "unknown"
        tries = poison.tries
        await until(lambda: poison.tries > tries + 3, room)
        (event,) = [each for each in await events(room, before) if "observation" in each.kind]
        assert (event.kind, event.repository) == ("observation.failed", "acme/web")
        assert "502" in str(event.data["reason"])
        health = await repository_health(room, "acme/web", 2000)
        assert health.grade is not Grade.GREEN
        poison.reason = ""
        await until(lambda: isinstance(row(room, "acme/web").snapshot.settings, HostSettings), room)
        assert await failures(room, before) == ["observation.failed", "observation.recovered"]
        assert room.trust.of(row(room, "acme/web")) == "fresh"
        gone = [each for each in await events(room, before) if each.kind == "repository.gone"]
        assert gone == []


@pytest.mark.usefixtures("impatient")
async def test_one_that_was_never_looked_at_says_why(
    hub: SmallHub, yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watching(settings(yard.home)) as room:
        watch = watch_of(room)
        new = hub.create("acme/new", {"a.txt": "a\n"})
        poison = Poison(watch, new.node_id)
        watch.sweep_soon(whole=True)
        await until(
            lambda: any(
                isinstance(each.snapshot.settings, Unknown)
                for each in room.rows()
                if each.name == "acme/new"
            ),
            room,
        )
        dark = row(room, "acme/new")
        assert (dark.health.grade, poison.tries >= TOLD_AFTER) == (Grade.UNKNOWN, True)
        assert any("502" in each for each in dark.health.unknown)


@pytest.mark.usefixtures("impatient")
async def test_what_the_budget_left_out_is_not_to_blame(hub: SmallHub, yard: Yard) -> None:
    async with watching(settings(yard.home)) as room:
        before, watch = await last(room), watch_of(room)
        poison = Poison(watch, row(room, "acme/web").repository.host_id or "")
        poison.unasked = True
        watch.put([poison.id], Priority.ROUTINE)
        with anyio.fail_after(5):
            while poison.tries < 3 * TOLD_AFTER:
                await anyio.sleep(0.02)
        await room.refresh()
        assert isinstance(row(room, "acme/web").snapshot.settings, HostSettings)
        assert await failures(room, before) == []
