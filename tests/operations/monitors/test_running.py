"""The monitors go on, whatever one bad moment brings."""

from datetime import timedelta

import anyio
import pytest
from tests.operations.rooms import PATIENCE, Clock, Yard, events, last, look_over, news, opened

from opsroom.discover import discover
from opsroom.errors import ObservationError, StoreError
from opsroom.model.event import Happening
from opsroom.operations import ownership
from opsroom.operations.monitors import Monitor, files, gate, retention
from opsroom.operations.room import Room
from opsroom.settings import Watch
from opsroom.store.journal import append
from opsroom.store.owner import Owner

pytestmark = pytest.mark.anyio
NEVER = Watch(worktree_every=timedelta(days=1), gate_every=timedelta(days=1))


async def test_a_monitor_that_fails_is_started_again(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    yard.clone("api")
    monkeypatch.setattr(ownership, "PAUSE", 0.01)
    runs: list[Exception] = []
    enough = anyio.Event()

    async def run(_: Room) -> None:
        if len(runs) == 2:
            enough.set()
            await anyio.sleep_forever()
        runs.append(StoreError("the disk is full") if runs else RuntimeError("a mistake"))
        raise runs[-1]

    def one(*_: object) -> list[tuple[str, Monitor]]:
        return [("bad", Monitor(run))]

    monkeypatch.setattr(ownership, "discover", one)
    async with opened(yard.settings(), watches=True) as room:
        with anyio.fail_after(PATIENCE):
            await enough.wait()
        assert room.owner


async def test_a_lock_that_can_not_be_had_is_tried_again(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    yard.clone("api")
    monkeypatch.setattr(ownership, "PAUSE", 0.01)
    async with opened(yard.settings()) as room, anyio.create_task_group() as tasks:
        claim = Owner.of(room.store.place)
        real = claim.try_acquire
        tries: list[bool] = []

        async def denied() -> bool:
            tries.append(False)
            if len(tries) < 3:
                raise StoreError("the lock can't be opened")
            return await real()

        monkeypatch.setattr(claim, "try_acquire", denied)
        tasks.start_soon(ownership.own, room, claim)
        with anyio.fail_after(PATIENCE):
            while not room.owner:
                await anyio.sleep(0.02)
        assert len(tries) == 3
        tasks.cancel_scope.cancel()


async def test_without_watches_the_passes_still_see_everything(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that has no more file watches is no reason to end."""
    clone = yard.clone("api")

    async def refused(*_: object) -> None:
        raise ObservationError("no more watches")

    monkeypatch.setattr(files, "_watch", refused)
    async with opened(yard.settings(watch=NEVER)) as room, anyio.create_task_group() as tasks:
        tasks.start_soon(files.run, room)
        tasks.start_soon(gate.run, room)
        await news(room, 0, "repository.found")
        before = await last(room)
        yard.commit(clone)
        await anyio.wait_all_tasks_blocked()
        room.disturb()
        await news(room, before, "repository.changed")
        tasks.cancel_scope.cancel()


async def test_a_source_that_is_wanted_later_is_passed_over_at_once(yard: Yard) -> None:
    """By the owner, though its next pass is a day away."""
    yard.clone("one/api")
    yard.clone("two/web")
    async with opened(yard.settings(yard.code / "one", watch=NEVER), watches=True) as owner:
        await news(owner, 0, "repository.found")
        before = await last(owner)
        async with opened(yard.settings(yard.code / "two"), watches=True) as room:
            assert not room.owner
            assert (await news(room, before, "repository.found")).repository == "local/web"


async def test_old_events_are_dropped_and_new_ones_stay(yard: Yard) -> None:
    yard.clone("api")
    clock = Clock()
    async with opened(yard.settings(), clock=clock) as room, anyio.create_task_group() as tasks:
        await look_over(room)
        clock.forward(days=91)
        async with room.store.write() as connection:
            said = Happening(kind="repository.changed", repository="local/api", summary="new")
            await append(connection, [said], clock())
        tasks.start_soon(retention.run, room)
        with anyio.fail_after(PATIENCE):
            while (await room.store.journal.newest(5))[0].summary != "new":
                await anyio.sleep(0.02)
        assert len(await events(room, 1)) == 1
        tasks.cancel_scope.cancel()


def test_every_monitor_is_found() -> None:
    names = [name for name, _ in discover("opsroom.operations.monitors", Monitor)]
    assert names == [
        *("advisories", "files", "gate", "hosts", "names"),
        *("retention", "suppressions", "worktrees"),
    ]
