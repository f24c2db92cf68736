"""Names of repositories: unique, told when they change, and found however they are said."""

import pytest
from tests.operations.rooms import Yard, events, git, last, look_over, names, opened

from opsroom.errors import NotFound, UsageError

pytestmark = pytest.mark.anyio


async def test_two_folders_of_one_name(yard: Yard) -> None:
    yard.clone("work/api")
    yard.clone("play/api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        assert names(room) == ["local/api@play", "local/api@work"]
        for said in ("local/api@work", "api@work", str(yard.code / "work/api/deep")):
            assert room.row(said).name == "local/api@work"
        for said in ("api", "local/api"):
            with pytest.raises(UsageError, match="local/api@play, local/api@work"):
                room.row(said)


async def test_a_second_one_that_comes_later_renames_the_first_and_says_so(yard: Yard) -> None:
    yard.clone("work/api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        assert names(room) == ["local/api"]
        before = await last(room)
        yard.clone("play/api")
        await look_over(room)
        assert names(room) == ["local/api@play", "local/api@work"]
        told = {event.repository: event for event in await events(room, before)}
        assert told["local/api@play"].kind == "repository.found"
        assert told["local/api@work"].kind == "repository.changed"
        assert told["local/api@work"].data["was"] == "local/api"
        assert len(told) == 2


async def test_the_same_name_on_two_hosts(yard: Yard) -> None:
    yard.clone("one", "https://github.com/acme/api.git")
    yard.clone("two", "git@gitlab.com:acme/api.git")
    async with opened(yard.settings()) as room:
        await look_over(room)
        assert names(room) == ["acme/api@github.com", "acme/api@gitlab.com"]


async def test_clones_of_one_remote_are_one_repository(yard: Yard) -> None:
    yard.clone("one", "https://github.com/acme/api.git")
    yard.clone("two", "git@github.com:Acme/api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        (name,) = names(room)
        assert name.lower() == "acme/api"
        assert len(room.row(name).snapshot.clones) == 2


async def test_two_clones_that_move_to_another_remote_at_once(yard: Yard) -> None:
    clones = [yard.clone(name, "https://github.com/acme/old.git") for name in ("one", "two")]
    async with opened(yard.settings()) as room:
        await look_over(room)
        before = await last(room)
        for clone in clones:
            git(clone, "remote", "set-url", "origin", "https://github.com/acme/new.git")
        await look_over(room)
        assert names(room) == ["acme/new"]
        assert len(room.row("acme/new").snapshot.clones) == 2
        told = [(event.kind, event.repository) for event in await events(room, before)]
        assert told == [("repository.found", "acme/new"), ("repository.gone", "acme/old")]


async def test_one_of_two_clones_that_moves_leaves_the_other(yard: Yard) -> None:
    one, two = (yard.clone(name, "https://github.com/acme/old.git") for name in ("one", "two"))
    async with opened(yard.settings()) as room:
        await look_over(room)
        git(one, "remote", "set-url", "origin", "https://github.com/acme/new.git")
        head = yard.commit(two)
        await look_over(room)
        assert names(room) == ["acme/new", "acme/old"]
        old = room.row("acme/old").snapshot
        assert [facts.clone.path for facts in old.clones] == [str(two)]
        assert getattr(old.worktrees[0], "head", "") == head, "what was seen of it is kept"


async def test_what_is_not_here(yard: Yard) -> None:
    yard.clone("api", "https://github.com/acme/api.git")
    async with opened(yard.settings()) as room:
        await look_over(room)
        with pytest.raises(NotFound, match="near names: acme/api"):
            room.row("acme/apy")
        for said in ("", "   ", "/", "/nowhere", "~", "..", "\x1b[31m\nacme/api", "x" * 5000):
            with pytest.raises(NotFound) as missing:
                room.row(said)
            assert str(missing.value).isprintable()
            assert len(str(missing.value)) < 500
