"""What failed, or came while something else went on, is not forgotten."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import anyio
import pytest
from tests.hub import SmallHub
from tests.operations.hosts.test_heard import all_handled, head, id_of, push, waits
from tests.operations.hosts.worlds import row, settings, until, watch_of, watching
from tests.operations.rooms import Yard

from opsroom.clients.host import HostError, HostLooks, Priority, Sweep
from opsroom.errors import StoreError
from opsroom.model.ci import CiRun
from opsroom.model.heard import Heard
from opsroom.operations.hosts import looking, running, sweeping
from opsroom.operations.hosts import watch as watch_module
from opsroom.operations.hosts.looks import record_looks
from opsroom.operations.room import Room
from opsroom.store.deliveries import Delivery, pending, take_in

pytestmark = pytest.mark.anyio


async def test_who_wants_everything_listed_while_a_sweep_goes_on_gets_another_one(
    hub: SmallHub, yard: Yard
) -> None:
    async with watching(settings(yard.home)) as room:
        watch = watch_of(room)
        began: list[bool] = []
        sweep = watch.host.sweep

        async def slow(*arguments: Any, whole: bool, **more: Any) -> Sweep:
            began.append(whole)
            seen = await sweep(*arguments, whole=whole, **more)
            if len(began) == 1:
                watch.sweep_soon(whole=True)  # as a webhook does that tells of a new repository
            return seen

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sweeping, "APART", 0.0)
            patch.setattr(watch.host, "sweep", slow)
            watch.sweep_soon(whole=True)
            with anyio.fail_after(5):
                while len(began) < 2:
                    await anyio.sleep(0.02)
        assert began == [True, True]


async def test_a_sweep_of_everything_that_failed_is_wanted_still(hub: SmallHub, yard: Yard) -> None:
    async with watching(settings(yard.home)) as room:
        watch = watch_of(room)

        async def failing(*_: Any, **__: Any) -> Sweep:
            raise HostError("it hiccups")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(watch.host, "sweep", failing)
            watch.sweep_soon(whole=True)
            with anyio.fail_after(5):
                while watch.reach.is_open:
                    await anyio.sleep(0.02)
        assert watch.whole


async def test_what_a_failure_of_ours_kept_from_its_turn_waits_still(
    hub: SmallHub, yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watching(settings(yard.home)) as room:
        watch = watch_of(room)
        monkeypatch.setattr(watch_module, "PAUSE", 0.05)
        api, web = (row(room, f"acme/{name}").repository.host_id or "" for name in ("api", "web"))
        failed: list[str] = []

        async def failing(*arguments: Any) -> Any:
            if not failed:
                failed.append("once")
                raise StoreError("the disk is full", "make room")
            return await record_looks(*arguments)

        monkeypatch.setattr(looking, "record_looks", failing)
        pushed = push(hub, "acme/web")
        watch.queue.gap = 0.0
        watch.queue.put([api], Priority.ASKED, anyio.current_time())
        watch.put([web], Priority.HEARD)
        await until(lambda: head(room, "acme/web") == pushed, room)
        assert failed


async def test_runs_that_could_not_be_had_are_asked_for_again_but_not_for_ever(
    hub: SmallHub, yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "AGAIN", 0.0)
    monkeypatch.setattr(looking, "TICK", 0.05)
    async with watching(settings(yard.home)) as room:
        watch, asked = watch_of(room), list[datetime | None]()
        id_ = row(room, "acme/api").repository.host_id
        assert id_
        found, broken = watch.host.ci_runs, [True]

        async def failing(
            name: str, since: datetime | None, *, priority: Priority
        ) -> tuple[CiRun, ...]:
            asked.append(since)
            if broken:
                raise HostError("github.test answered 502")
            return await found(name, since, priority=priority)

        monkeypatch.setattr(watch.host, "ci_runs", failing)
        for times in (3, 4):
            watch.stir([id_], Priority.HEARD)
            with anyio.fail_after(5):
                while len(asked) < times:
                    await anyio.sleep(0.02)
            await anyio.sleep(0.2)
            assert len(asked) == times
        broken.clear()
        watch.stir([id_], Priority.HEARD)
        with anyio.fail_after(5):
            while watch.tries:
                await anyio.sleep(0.02)
        assert len(set(asked)) <= 2, "the same question all hour: an unchanged answer costs nothing"


async def test_one_that_no_look_can_tell_of_keeps_no_other_from_being_heard(
    hub: SmallHub, yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy repository that is poison has more webhooks than are read at once."""
    monkeypatch.setattr(pending, "__defaults__", (20,))
    async with watching(settings(yard.home)) as room:
        watch = watch_of(room)
        poison = next(id_ for id_, each in watch.swept.items() if each.full_name == "acme/web")
        look = watch.host.look

        async def poisoned(ids: Sequence[str], *, priority: Priority) -> HostLooks:
            found = await look([each for each in ids if each != poison], priority=priority)
            failed = dict.fromkeys({poison} & set(ids), "it takes too long")
            return replace(found, failed={**found.failed, **failed})

        monkeypatch.setattr(watch.host, "look", poisoned)
        async with room.store.write() as connection:
            for number in range(70):
                told = Heard(delivery=f"p-{number}", event="push", repository_id=poison)
                await take_in(connection, kept(told, room))
            api = Heard(delivery="last", event="push", repository_id=id_of(room, "acme/api"))
            await take_in(connection, kept(api, room))
        with anyio.fail_after(5):
            while "last" in (left := await waits(room)) or len(left) > 20:
                await room.store.changed()
        assert len(left) >= 1, "what could not be looked at waits still"
        assert all(guid.startswith("p-") for guid in left)
        monkeypatch.setattr(watch.host, "look", look)
        watch.put([poison], Priority.ASKED)
        await all_handled(room)


def kept(told: Heard, room: Room) -> Delivery:
    (source,) = room.settings.hosts
    return Delivery(
        guid=told.delivery, source=source.key, event=told.event, told=told, received_at=room.now()
    )
