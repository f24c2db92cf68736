"""What is looked at again, what is not, and when."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anyio
import pytest
from tests.operations.rooms import (
    PATIENCE,
    QUICK,
    Yard,
    kinds,
    last,
    look_over,
    names,
    news,
    only,
    opened,
    rules,
)

from opsroom.clients import process
from opsroom.clients.git import command
from opsroom.observe.survey import look_all
from opsroom.operations.repository import repository_health
from opsroom.operations.room import Room
from opsroom.operations.status import fleet_status

pytestmark = pytest.mark.anyio


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """Every program that is started from now on."""
    programs: list[Sequence[str]] = []
    real = process.run

    def run(argv: Sequence[str], **more: Any) -> process.Completed:
        programs.append(argv)
        return real(argv, **more)

    monkeypatch.setattr(command, "run", run)
    return programs


async def test_a_pass_over_an_unchanged_fleet_starts_nothing(
    yard: Yard, started: list[Sequence[str]]
) -> None:
    clones = [yard.clone(f"repo-{number}") for number in range(12)]
    async with opened(yard.settings()) as room:
        await look_over(room)
        assert len(started) >= 12
        started.clear()
        before = await last(room)
        await look_over(room)
        await look_over(room)
        assert started == []
        assert await kinds(room, before) == []
        yard.commit(clones[3])
        started.clear()
        await look_over(room)
        assert 0 < len(started) <= 4, "one clone is looked at, and no other"


async def test_a_question_about_an_unchanged_fleet_starts_nothing(
    yard: Yard, started: list[Sequence[str]]
) -> None:
    for number in range(5):
        yard.clone(f"repo-{number}")
    async with opened(yard.settings()) as room:
        await look_over(room)
        started.clear()
        await fleet_status(room, "", 1200)
        assert started == []


async def test_a_deep_edit_is_seen_at_once_by_who_asks(yard: Yard) -> None:
    """Also right after another look, and again and again."""
    clone = yard.clone("api")
    deep = clone / "deep/down/here.txt"
    async with opened(yard.settings()) as room:
        await look_over(room)
        for text, modified in (("changed\n", 1), ("deep\n", 0), ("again\n", 1)):
            deep.write_text(text)
            answer = await repository_health(room, "api", 2000)
            assert answer.worktrees[0].modified == modified
            assert answer.as_of
            assert ("uncommitted-changes" in rules(only(room))) == bool(modified)


async def test_who_asks_at_the_same_time_shares_a_look(
    yard: Yard, started: list[Sequence[str]]
) -> None:
    yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        started.clear()
        await repository_health(room, "api", 2000)
        one = len(started)
        started.clear()
        async with anyio.create_task_group() as tasks:
            for _ in range(10):
                tasks.start_soon(repository_health, room, "api", 2000)
        assert len(started) <= 2 * one


async def test_a_reader_looks_at_what_another_process_found(yard: Yard) -> None:
    clone = yard.clone("api")
    async with opened(yard.settings()) as one, opened(yard.settings()) as other:
        await look_over(one)
        (clone / "README.md").write_text("changed\n")
        answer = await repository_health(other, str(clone / "deep"), 2000)
        assert answer.worktrees[0].modified == 1


async def test_a_look_at_what_a_pass_let_go_of_brings_nothing_back(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look began while the clone was there, and ends after a pass saw it gone."""
    from opsroom.operations import lookout

    yard.clone("web")
    clone = yard.clone("api", "https://github.com/acme/api.git")
    real = look_all
    async with opened(yard.settings()) as room:
        await look_over(room)

        def overtaken(checkouts: Any) -> Any:
            monkeypatch.undo()
            shutil.rmtree(clone)
            anyio.from_thread.run(look_over, room)
            return real(checkouts)

        monkeypatch.setattr(lookout, "look_all", overtaken)
        await room.lookout.look([str(clone)])
        await look_over(room)
        assert names(room) == ["local/web"]
        assert "local/api" not in [name for _, name in await kinds(room)]


async def test_the_owner_sees_everything_by_itself(yard: Yard) -> None:
    """A commit and a new clone at once, a deep edit within `worktree_every`, a clone that goes."""
    api = yard.clone("api")
    web = yard.clone("web")
    async with opened(yard.settings(watch=QUICK), watches=True) as room:
        await fleet_status(room, "", 1200)
        assert names(room) == ["local/api", "local/web"]
        await anyio.sleep(0.3)  # until its folders are watched
        before = await last(room)
        begun = anyio.current_time()
        yard.commit(api)
        assert (await news(room, before, "repository.changed")).repository == "local/api"
        assert anyio.current_time() - begun < 2.5

        before = await last(room)
        yard.clone("late")
        assert (await news(room, before, "repository.found")).repository == "local/late"
        shutil.rmtree(web)
        assert (await news(room, before, "repository.gone")).repository == "local/web"

        before = await last(room)
        (yard.code / "late/deep/down/here.txt").write_text("changed\n")
        assert (await news(room, before, "finding.opened")).repository == "local/late"
        assert room.owner


async def until_owned(room: Room) -> None:
    with anyio.fail_after(PATIENCE):
        while not room.owner:
            await anyio.sleep(0.05)


async def test_when_the_owner_goes_another_room_takes_over(yard: Yard) -> None:
    clone = yard.clone("api")
    settings = yard.settings(watch=QUICK)
    leave, owns = anyio.Event(), anyio.Event()

    async def first_owner() -> None:
        async with opened(settings, watches=True) as room:
            assert room.owner
            await fleet_status(room, "", 1200)
            owns.set()
            await leave.wait()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(first_owner)
        await owns.wait()
        async with opened(settings, watches=True) as reader:
            assert not reader.owner
            assert (await fleet_status(reader, "", 1200)).coverage.asked == 1
            leave.set()
            await until_owned(reader)
            before = await last(reader)
            yard.commit(clone)
            await news(reader, before, "repository.changed")


async def test_what_is_no_longer_wanted_is_forgotten(yard: Yard, tmp_path: Path) -> None:
    yard.clone("api")
    other = tmp_path / "other"
    shutil.copytree(yard.template, other / "web")
    async with opened(yard.settings(yard.code, other)) as room:
        await look_over(room)
        assert len(room.lookout.known) == 2
        room.lookout.forget_all_but(room.settings.directories[:1])
        assert list(room.lookout.known) == [str(yard.code / "api")]
        await look_over(room)
        assert len(room.lookout.known) == 2


async def test_what_could_not_be_recorded_is_looked_at_again(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    from opsroom.errors import StoreError
    from opsroom.operations import lookout

    clone = yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        yard.commit(clone)

        async def fail(*_: object) -> None:
            raise StoreError("the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(lookout, "record", fail)
            with pytest.raises(StoreError):
                await look_over(room)
        before = await last(room)
        await look_over(room)
        assert await kinds(room, before) == [("repository.changed", "local/api")]
