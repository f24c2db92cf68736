"""What a look at a clone does to the record: facts, findings, health and events, together."""

import os
import shutil
from pathlib import Path
from typing import Any

import anyio
import pytest
from tests.operations.rooms import (
    Yard,
    events,
    git,
    kinds,
    last,
    look_over,
    only,
    opened,
    rules,
    shown,
)

from opsroom.errors import StoreError
from opsroom.model.finding import FindingState
from opsroom.model.health import Grade
from opsroom.operations import draft
from opsroom.operations.gather import Sighting
from opsroom.operations.record import record
from opsroom.operations.room import Room

pytestmark = pytest.mark.anyio


async def test_the_first_look_is_a_baseline(yard: Yard) -> None:
    clone = yard.clone("api")
    (clone / "README.md").write_text("changed\n")
    async with opened(yard.settings()) as room:
        await look_over(room)
        row = only(room)
        assert "uncommitted-changes" in rules(row)
        assert all(kept.baseline for kept in row.findings)
        (found,) = await events(room)
        assert found.kind == "repository.found"
        assert found.data["baseline"] is True


async def test_a_second_look_at_the_same_says_nothing(yard: Yard) -> None:
    clone = yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        before = await last(room)
        await room.lookout.look([str(clone)])
        await look_over(room)
        assert await kinds(room, before) == []


async def test_a_commit_is_an_event(yard: Yard) -> None:
    clone = yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        before = await last(room)
        head = yard.commit(clone)
        await look_over(room)
        (moved,) = await events(room, before)
        assert moved.kind == "repository.changed"
        assert head[:7] in moved.summary
        assert moved.data["heads"][str(clone)] == {"main": head}


async def test_a_finding_opens_and_is_fixed(yard: Yard) -> None:
    clone = yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        before = await last(room)
        (clone / "README.md").write_text("changed\n")
        await room.lookout.look([str(clone)])
        assert ("finding.opened", "local/api") in await kinds(room, before)
        assert "uncommitted-changes" in rules(only(room))
        between = await last(room)
        git(clone, "checkout", "README.md")
        await room.lookout.look([str(clone)])
        assert ("finding.fixed", "local/api") in await kinds(room, between)
        assert "uncommitted-changes" not in rules(only(room))
        (kept,) = [k for k in only(room).kept if k.finding.rule == "uncommitted-changes"]
        assert kept.state is FindingState.FIXED
        again = await last(room)
        (clone / "README.md").write_text("changed\n")
        await room.lookout.look([str(clone)])
        assert ("finding.reopened", "local/api") in await kinds(room, again)


async def test_a_clone_that_comes_later_is_news(yard: Yard) -> None:
    yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        before = await last(room)
        yard.clone("web")
        await look_over(room)
        (found,) = await events(room, before)
        assert (found.kind, found.repository) == ("repository.found", "local/web")
        assert found.data["baseline"] is False


async def test_a_clone_that_was_removed_is_gone_and_may_come_back(yard: Yard) -> None:
    yard.clone("api")
    web = yard.clone("web")
    async with opened(yard.settings()) as room:
        await look_over(room)
        before = await last(room)
        shutil.rmtree(web)
        await look_over(room)
        assert await kinds(room, before) == [("repository.gone", "local/web")]
        assert [row.name for row in room.rows()] == ["local/api"]
        between = await last(room)
        await look_over(room)
        assert await kinds(room, between) == []
        yard.clone("web")
        await look_over(room)
        assert await kinds(room, between) == [("repository.found", "local/web")]
        assert [row.name for row in room.rows()] == ["local/api", "local/web"]


async def test_one_of_two_clones_that_goes_is_a_change(yard: Yard) -> None:
    origin = "https://github.com/acme/api.git"
    yard.clone("api", origin)
    other = yard.clone("other", origin)
    async with opened(yard.settings()) as room:
        await look_over(room)
        assert len(only(room).snapshot.clones) == 2
        before = await last(room)
        shutil.rmtree(other)
        await look_over(room)
        told = await kinds(room, before)
        assert told[0] == ("repository.changed", "acme/api")
        assert "repository.gone" not in [kind for kind, _ in told]
        assert only(room).snapshot.path == str(yard.code / "api")


async def test_a_corrupt_clone_is_not_fixed_and_not_green(yard: Yard) -> None:
    clone = yard.clone("api")
    yard.clone("web")
    (clone / "README.md").write_text("changed\n")
    async with opened(yard.settings()) as room:
        await look_over(room)
        before = await last(room)
        head = (clone / ".git/HEAD").read_bytes()
        (clone / ".git/HEAD").write_bytes(b"\0nonsense")
        await look_over(room)
        told = await kinds(room, before)
        assert told == [("observation.failed", "local/api")] or told == [
            ("observation.failed", "local/api"),
            ("finding.opened", "local/api"),
        ]
        row = room.row("local/api")
        assert "uncommitted-changes" in rules(row)
        assert row.health.grade is Grade.UNKNOWN
        assert room.trust.of(row) == "unknown"
        await look_over(room)
        assert await kinds(room, before) == told, "said once"
        between = await last(room)
        (clone / ".git/HEAD").write_bytes(head)
        await look_over(room)
        assert ("observation.recovered", "local/api") in await kinds(room, between)
        assert room.row("local/api").health.grade is Grade.GREEN
        assert room.problems() == []


async def test_corrupt_objects_are_a_failed_observation(yard: Yard) -> None:
    clone = yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        assert only(room).health.grade is Grade.GREEN
        before = await last(room)
        index = (clone / ".git/index").read_bytes()
        (clone / ".git/index").write_bytes(b"DIRCnonsense")
        await look_over(room)
        told = await kinds(room, before)
        assert ("observation.failed", "local/api") in told
        assert ("repository.changed", "local/api") not in told
        assert only(room).health.grade is Grade.UNKNOWN
        assert room.trust.of(only(room)) == "unknown"
        between = await last(room)
        (clone / ".git/index").write_bytes(index)
        await look_over(room)
        assert ("observation.recovered", "local/api") in await kinds(room, between)
        assert only(room).health.grade is Grade.GREEN


async def test_a_local_clone_that_gets_a_remote_becomes_that_repository(yard: Yard) -> None:
    clone = yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        before = await last(room)
        git(clone, "remote", "add", "origin", "https://github.com/acme/api.git")
        await look_over(room)
        assert [row.name for row in room.rows()] == ["acme/api"]
        told = await events(room, before)
        assert [(event.kind, event.repository) for event in told] == [
            ("repository.found", "acme/api"),
            ("repository.gone", "local/api"),
        ]
        assert "vanished" not in told[1].summary, "it is still there, under another name"
        assert "acme/api" in told[1].summary


async def test_an_older_look_never_overwrites_a_newer_one(yard: Yard) -> None:
    clone = yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        source = room.settings.directories[0]
        old = only(room).snapshot.clones[0]
        yard.commit(clone)
        await look_over(room)
        new = only(room).snapshot.clones[0]
        before = await last(room)
        await record(room, [Sighting(old, source)])
        assert only(room).snapshot.clones[0] == new
        assert await kinds(room, before) == []


async def test_state_and_event_commit_together(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    clone = yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        before = await last(room)
        was = only(room).snapshot
        yard.commit(clone)

        async def fail(*_: Any) -> Any:
            raise StoreError("the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(draft, "append", fail)
            with pytest.raises(StoreError):
                await look_over(room)
        assert await kinds(room, before) == []
        assert only(room).snapshot == was
        async with opened(yard.settings()) as other:
            assert only(other).snapshot == was
        await look_over(room)
        assert await kinds(room, before) == [("repository.changed", "local/api")]


async def test_two_rooms_on_one_store_record_each_thing_once(yard: Yard) -> None:
    clones = [yard.clone(f"repo-{number}") for number in range(6)]
    async with opened(yard.settings()) as one, opened(yard.settings()) as other:
        await look_over(one)
        await look_over(other)
        assert [kind for kind, _ in await kinds(one)] == ["repository.found"] * 6
        before = await last(one)
        heads = [yard.commit(clone) for clone in clones]
        await _both(one, other)
        told = await events(one, before)
        assert sorted(str(event.repository) for event in told) == sorted(
            f"local/repo-{number}" for number in range(6)
        ), "each commit is told once, though both saw it"
        await other.refresh()
        for room in (one, other):
            seen = {shown(row.snapshot.clones[0]).head for row in room.rows()}
            assert seen == set(heads)


async def _both(one: Room, other: Room) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(look_over, one)
        tasks.start_soon(look_over, other)


def _unmounted(folder: Path) -> Path:
    """As when a disk is taken away: the folder is there, and empty."""
    aside = folder.with_name("aside")
    os.rename(folder, aside)
    folder.mkdir()
    return aside


async def test_nothing_is_gone_when_a_whole_folder_is(yard: Yard) -> None:
    yard.clone("api")
    yard.clone("web")
    for take in ("unmount", "remove"):
        async with opened(yard.settings()) as room:
            await look_over(room)
            before = await last(room)
            aside = _unmounted(yard.code)
            if take == "remove":
                yard.code.rmdir()
            await look_over(room)
            assert await kinds(room, before) == [("observation.failed", None)]
            assert len(room.rows()) == 2
            await look_over(room)
            assert len(await kinds(room, before)) == 1, "said once"
            if take == "unmount":
                yard.code.rmdir()
            os.rename(aside, yard.code)
            await look_over(room)
            assert [kind for kind, _ in await kinds(room, before)] == [
                "observation.failed",
                "observation.recovered",
            ]


async def test_a_room_that_begins_while_the_disk_is_away_loses_nothing(yard: Yard) -> None:
    yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
    _unmounted(yard.code)
    async with opened(yard.settings()) as room:
        before = await last(room)
        await look_over(room)
        assert await kinds(room, before) == [("observation.failed", None)]
        assert [row.name for row in room.rows()] == ["local/api"]


async def test_the_only_clone_that_breaks_is_not_green(yard: Yard) -> None:
    """Also when it is the source itself, as for a server that is started inside of it."""
    clone = yard.clone("api")
    head = (clone / ".git/HEAD").read_bytes()
    for source in (yard.code, clone):
        async with opened(yard.settings(source)) as room:
            await look_over(room)
            assert only(room).health.grade is Grade.GREEN
            before = await last(room)
            (clone / ".git/HEAD").write_bytes(b"nonsense")
            await look_over(room)
            await look_over(room)
            assert await kinds(room, before) == [("observation.failed", "local/api")], "said once"
            assert only(room).health.grade is Grade.UNKNOWN
            between = await last(room)
            (clone / ".git/HEAD").write_bytes(head)
            await look_over(room)
            assert ("observation.recovered", "local/api") in await kinds(room, between)
            assert only(room).health.grade is Grade.GREEN
