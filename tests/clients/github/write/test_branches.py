"""Our branches are ours alone: nothing of a person's is overwritten, moved or deleted."""

from collections.abc import Awaitable, Callable

import pytest
from tests.clients.github.write.desk import BRANCH, NAME, Desk, mark
from tests.clients.github.write.scenarios import branched, committed, proposed

from opsroom.clients.github.write.branches import create_branch, delete_branch
from opsroom.clients.github.write.commits import commit_files
from opsroom.clients.github.write.errors import WriteRefused
from opsroom.clients.github.write.files import File
from opsroom.clients.github.write.pulls import open_pull
from opsroom.clients.github.write.writer import Writer
from opsroom.clients.host import HostError
from opsroom.demo.github.acts.protection import protect
from opsroom.demo.github.acts.pushes import author_of, move_ref, write_commit
from opsroom.demo.github.acts.repositories import (
    create_repository,
    delete_repository,
    rename,
    set_archived,
    set_default_branch,
)
from opsroom.demo.github.rest import commits
from opsroom.demo.github.state.repository import HEADS

pytestmark = pytest.mark.anyio

Verb = Callable[[Desk, Writer], Awaitable[object]]
NEW = [File("NEW.md", b"new\n")]


async def _commit(desk: Desk, writer: Writer) -> object:
    head = desk.oid(BRANCH) or ""
    return await commit_files(writer, NAME, BRANCH, head, NEW, "More", mark())


async def _propose(desk: Desk, writer: Writer) -> object:
    return await open_pull(writer, NAME, BRANCH, "Title", "", mark())


async def _delete(desk: Desk, writer: Writer) -> object:
    return await delete_branch(writer, NAME, BRANCH, desk.oid(BRANCH) or "")


async def _create(desk: Desk, writer: Writer) -> object:
    return await create_branch(writer, NAME, BRANCH, desk.head)


every_verb = pytest.mark.parametrize("verb", [_commit, _propose, _delete, _create])


def amend(desk: Desk) -> None:
    """A person rewrites our commit, trailers and author kept."""
    old = desk.api.objects.commit(desk.oid(BRANCH) or "")
    oid = write_commit(
        desk.world,
        desk.api,
        desk.api.objects.commit(desk.head).tree,
        old.parents,
        old.message,
        author_of(desk.bot),
        committer=author_of(desk.kim),
    )
    move_ref(desk.world, desk.api, HEADS + BRANCH, oid, desk.kim)


@every_verb
@pytest.mark.parametrize("how", ["on top", "amended", "from the start"])
async def test_a_branch_that_a_person_pushed_to_is_theirs(
    verb: Verb, how: str, desk: Desk, writer: Writer
) -> None:
    if how == "from the start":
        desk.push({"theirs.md": "mine\n"}, BRANCH)
    else:
        await committed(desk, writer)
    if how == "on top":
        desk.push({"theirs.md": "mine\n"}, BRANCH)
    if how == "amended":
        amend(desk)
    before, written = desk.oid(BRANCH), len(desk.trouble.writes)
    with pytest.raises(WriteRefused, match="kim pushed") as refused:
        await verb(desk, writer)
    assert refused.value.reason == "theirs"
    assert desk.oid(BRANCH) == before
    assert len(desk.trouble.writes) == written


async def test_what_a_person_pushes_meanwhile_stays(desk: Desk, writer: Writer) -> None:
    await committed(desk, writer)
    desk.trouble.meanwhile("PATCH", "/git/refs/heads/.*", lambda: desk.push({"a": "b"}, BRANCH))
    with pytest.raises(WriteRefused) as refused:
        await _commit(desk, writer)
    assert refused.value.reason == "moved"
    assert "NEW.md" not in desk.held(BRANCH)
    assert "a" in desk.held(BRANCH)


async def test_a_commit_goes_on_the_head_that_the_plan_saw(desk: Desk, writer: Writer) -> None:
    await branched(desk, writer)
    seen = desk.oid(BRANCH) or ""
    await commit_files(writer, NAME, BRANCH, seen, NEW, "One", mark())
    with pytest.raises(WriteRefused) as refused:
        await commit_files(writer, NAME, BRANCH, seen, [File("X", b"x")], "Other", mark())
    assert refused.value.reason == "moved"


async def test_an_earlier_commit_of_ours_is_still_found(desk: Desk, writer: Writer) -> None:
    await branched(desk, writer)
    seen = desk.oid(BRANCH) or ""
    first = await commit_files(writer, NAME, BRANCH, seen, NEW, "One", mark())
    await commit_files(writer, NAME, BRANCH, first.after.oid, [File("X", b"x")], "Two", mark())
    again = await commit_files(writer, NAME, BRANCH, seen, NEW, "One", mark())
    assert not again.now
    assert again.after == first.after


@pytest.mark.parametrize(
    "name",
    ["main", "feature", "opsroom", "opsroom/", "opsroom/../main", "opsroom/A", "opsroom/x.lock",
     "opsroom/a b", "refs/heads/opsroom/x", "opsroom/x..y", "opsroom//x"],
)  # fmt: skip
async def test_only_names_of_ours_are_written(name: str, desk: Desk, writer: Writer) -> None:
    head = desk.head
    for call in (
        create_branch(writer, NAME, name, head),
        commit_files(writer, NAME, name, head, NEW, "More", mark()),
        open_pull(writer, NAME, name, "Title", "", mark()),
        delete_branch(writer, NAME, name, head),
    ):
        with pytest.raises(WriteRefused) as refused:
            await call
        assert refused.value.reason in {"invalid", "default-branch"}
    assert not desk.trouble.writes


async def test_the_default_branch_is_never_written_whatever_its_name(
    desk: Desk, writer: Writer
) -> None:
    await branched(desk, writer)
    set_default_branch(desk.world, desk.api, BRANCH, desk.kim)
    written = len(desk.trouble.writes)
    for verb in (_commit, _delete, _propose, _create):
        with pytest.raises(WriteRefused) as refused:
            await verb(desk, writer)
        assert refused.value.reason == "default-branch"
    assert len(desk.trouble.writes) == written


async def test_a_protected_branch_takes_no_commit(desk: Desk, writer: Writer) -> None:
    await branched(desk, writer)
    protect(desk.world, desk.api, BRANCH, desk.kim)
    with pytest.raises(WriteRefused) as refused:
        await _commit(desk, writer)
    assert refused.value.reason == "protected"


async def test_a_branch_is_deleted_only_at_the_head_that_was_seen(
    desk: Desk, writer: Writer
) -> None:
    await committed(desk, writer)
    with pytest.raises(WriteRefused) as refused:
        await delete_branch(writer, NAME, BRANCH, desk.head)
    assert refused.value.reason == "moved"
    assert desk.oid(BRANCH)


async def test_a_branch_with_an_open_pull_request_stays(desk: Desk, writer: Writer) -> None:
    await proposed(desk, writer)
    with pytest.raises(WriteRefused) as refused:
        await _delete(desk, writer)
    assert refused.value.reason == "busy"


async def test_a_deleted_branch_comes_back_as_it_was(desk: Desk, writer: Writer) -> None:
    await committed(desk, writer)
    held = desk.held(BRANCH)
    gone = await delete_branch(writer, NAME, BRANCH, desk.oid(BRANCH) or "")
    assert gone.before is not None
    assert desk.oid(BRANCH) is None
    await create_branch(writer, NAME, BRANCH, gone.before.oid)
    assert desk.held(BRANCH) == held


@pytest.mark.parametrize("oid", ["", "abc", "main", "0" * 39, "G" * 40])
async def test_a_commit_is_named_in_full(oid: str, desk: Desk, writer: Writer) -> None:
    with pytest.raises(WriteRefused, match="full id"):
        await create_branch(writer, NAME, BRANCH, oid)


async def test_a_commit_that_isnt_there_is_the_hosts_no(desk: Desk, writer: Writer) -> None:
    with pytest.raises(WriteRefused) as refused:
        await create_branch(writer, NAME, BRANCH, "1" * 40)
    assert refused.value.reason == "declined"


async def test_an_archived_repository_takes_nothing(desk: Desk, writer: Writer) -> None:
    set_archived(desk.world, desk.api, archived=True, actor=desk.kim)
    with pytest.raises(WriteRefused) as refused:
        await _create(desk, writer)
    assert refused.value.reason == "archived"


async def test_a_repository_that_is_gone_is_said_so(desk: Desk, writer: Writer) -> None:
    head = desk.head
    delete_repository(desk.world, desk.api, desk.kim)
    with pytest.raises(WriteRefused) as refused:
        await create_branch(writer, NAME, BRANCH, head)
    assert refused.value.reason == "gone"


async def test_a_renamed_repository_is_written_only_to_who_knows_its_id(
    desk: Desk, writer: Writer
) -> None:
    rename(desk.world, desk.api, "renamed", desk.kim)
    with pytest.raises(WriteRefused, match="acme/renamed") as refused:
        await create_branch(writer, NAME, BRANCH, desk.head)
    assert refused.value.reason == "moved"
    await create_branch(writer, NAME, BRANCH, desk.head, host_id=desk.api.node_id)
    assert desk.oid(BRANCH)


async def test_another_repository_under_the_old_name_is_not_written(
    desk: Desk, writer: Writer
) -> None:
    known = desk.api.node_id
    rename(desk.world, desk.api, "renamed", desk.kim)
    create_repository(desk.world, desk.small.acme, "api", files={"a": "b"}, actor=desk.kim)
    with pytest.raises(WriteRefused) as refused:
        await create_branch(writer, NAME, BRANCH, desk.head, host_id=known)
    assert refused.value.reason == "moved"
    assert not desk.trouble.writes


async def test_a_branch_of_ours_is_found_with_what_we_committed(desk: Desk, writer: Writer) -> None:
    await committed(desk, writer)
    found = await create_branch(writer, NAME, BRANCH, desk.head)
    assert not found.now
    assert found.after.oid == desk.oid(BRANCH) != desk.head


async def test_a_branch_that_is_gone_is_deleted_already(desk: Desk, writer: Writer) -> None:
    done = await delete_branch(writer, NAME, BRANCH, desk.head)
    assert (done.now, done.after) == (False, None)


async def test_a_branch_with_more_commits_than_are_shown_is_no_branch_of_ours(
    desk: Desk, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await committed(desk, writer)
    await _commit(desk, writer)
    monkeypatch.setattr(commits, "MOST_COMPARED", 1)
    with pytest.raises(WriteRefused, match="more commits") as refused:
        await _commit(desk, writer)
    assert refused.value.reason == "theirs"


async def test_a_branch_that_cant_be_compared_is_left_alone(desk: Desk, writer: Writer) -> None:
    await committed(desk, writer)
    before = desk.oid(BRANCH)
    desk.trouble.expect("refuse", "GET", "/compare/.*", status=404)
    with pytest.raises(HostError, match="doesn't compare"):
        await _commit(desk, writer)
    assert desk.oid(BRANCH) == before


async def test_what_has_no_branch_is_not_proposed(desk: Desk, writer: Writer) -> None:
    with pytest.raises(WriteRefused) as refused:
        await _propose(desk, writer)
    assert refused.value.reason == "gone"


async def test_what_holds_nothing_new_is_declined_in_the_hosts_words(
    desk: Desk, writer: Writer
) -> None:
    await branched(desk, writer)
    with pytest.raises(WriteRefused, match="No commits between") as refused:
        await _propose(desk, writer)
    assert refused.value.reason == "declined"
