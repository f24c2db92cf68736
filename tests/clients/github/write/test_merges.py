"""A merge takes the head that was approved, and says what stands against it."""

from collections.abc import Callable

import pytest
from tests.clients.github.write.desk import BRANCH, NAME, Desk, mark
from tests.clients.github.write.scenarios import committed, merge, proposed

from opsroom.clients.github.write import mark as marks
from opsroom.clients.github.write.errors import WriteRefused
from opsroom.clients.github.write.merges import merge_pull
from opsroom.clients.github.write.pulls import open_pull
from opsroom.clients.github.write.writer import Writer
from opsroom.demo.github.acts.checks import report_check
from opsroom.demo.github.acts.protection import protect
from opsroom.demo.github.acts.pulls import edit_pull
from opsroom.demo.github.acts.pulls import merge_pull as press_merge

pytestmark = pytest.mark.anyio

MERGE = "/pulls/1/merge"


def close(desk: Desk) -> None:
    """A person says no."""
    edit_pull(desk.world, desk.api, desk.api.pulls[1], desk.kim, state="closed")


def interfere(desk: Desk) -> None:
    """A person does otherwise on the default branch."""
    desk.push({"SECURITY.md": "Another one.\n"})


async def test_a_merge_by_a_person_is_found(desk: Desk, writer: Writer) -> None:
    await proposed(desk, writer)
    press_merge(desk.world, desk.api, desk.api.pulls[1], desk.kim)
    found = await merge(desk, writer)
    assert not found.now
    assert found.after.by == "kim"


async def test_a_merge_by_a_person_in_the_same_moment_is_theirs(desk: Desk, writer: Writer) -> None:
    await proposed(desk, writer)
    pull = desk.api.pulls[1]
    desk.trouble.meanwhile(
        "PUT", "/pulls/1/merge", lambda: press_merge(desk.world, desk.api, pull, desk.kim)
    )
    found = await merge(desk, writer)
    assert not found.now
    assert found.after.by == "kim"


async def test_a_moved_head_is_not_merged(desk: Desk, writer: Writer) -> None:
    await proposed(desk, writer)
    seen = desk.api.pulls[1].head
    desk.push({"more": "x"}, BRANCH)
    with pytest.raises(WriteRefused) as refused:
        await merge_pull(writer, NAME, 1, seen, "merge", mark())
    assert refused.value.reason == "moved"
    assert desk.api.pulls[1].open


async def test_a_head_that_moves_in_the_same_moment_is_not_merged(
    desk: Desk, writer: Writer
) -> None:
    await proposed(desk, writer)
    desk.trouble.meanwhile("PUT", "/pulls/1/merge", lambda: desk.push({"more": "x"}, BRANCH))
    with pytest.raises(WriteRefused) as refused:
        await merge(desk, writer)
    assert refused.value.reason == "moved"
    assert desk.api.pulls[1].open


async def test_another_head_that_a_person_merged_is_said_so(desk: Desk, writer: Writer) -> None:
    await proposed(desk, writer)
    seen = desk.api.pulls[1].head
    desk.push({"more": "x"}, BRANCH)
    press_merge(desk.world, desk.api, desk.api.pulls[1], desk.kim)
    with pytest.raises(WriteRefused, match="kim merged it so") as refused:
        await merge_pull(writer, NAME, 1, seen, "merge", mark())
    assert refused.value.reason == "moved"


async def test_a_conflict_is_told(desk: Desk, writer: Writer) -> None:
    await proposed(desk, writer)
    desk.push({"SECURITY.md": "Another one.\n"})
    with pytest.raises(WriteRefused) as refused:
        await merge(desk, writer)
    assert refused.value.reason == "conflict"


async def test_required_checks_block_a_merge_until_they_pass(desk: Desk, writer: Writer) -> None:
    protect(desk.world, desk.api, "main", desk.kim, checks=(("build", None),))
    await proposed(desk, writer)
    with pytest.raises(WriteRefused, match="build") as refused:
        await merge(desk, writer)
    assert refused.value.reason == "blocked"
    head = desk.api.pulls[1].head
    report_check(
        desk.world,
        desk.api,
        head,
        "build",
        "ci",
        desk.kim,
        status="completed",
        conclusion="success",
    )
    assert (await merge(desk, writer)).now


async def test_a_draft_waits_for_a_person(desk: Desk, writer: Writer) -> None:
    await committed(desk, writer)
    await open_pull(writer, NAME, BRANCH, "Title", "", mark(), draft=True)
    with pytest.raises(WriteRefused) as refused:
        await merge(desk, writer)
    assert refused.value.reason == "blocked"


@pytest.mark.parametrize("method", ["merge", "squash"])
async def test_a_merge_carries_the_plan(method: str, desk: Desk, writer: Writer) -> None:
    await proposed(desk, writer)
    before = desk.head
    head = desk.api.pulls[1].head
    done = await merge_pull(writer, NAME, 1, head, method, mark())  # type: ignore[arg-type]  # one of the methods
    assert done.before is not None
    assert (done.before.oid, done.after.oid) == (before, desk.head)
    message = desk.api.objects.commit(desk.head).message
    assert marks.trailers(message)["Opsroom-Plan"] == "plan_7f3a"


async def test_a_closed_pull_request_is_not_merged(desk: Desk, writer: Writer) -> None:
    await proposed(desk, writer)
    close(desk)
    with pytest.raises(WriteRefused) as refused:
        await merge(desk, writer)
    assert refused.value.reason == "closed"


@pytest.mark.parametrize(("act", "reason"), [(close, "closed"), (interfere, "conflict")])
async def test_what_a_person_does_in_the_same_moment_is_told(
    act: Callable[[Desk], None], reason: str, desk: Desk, writer: Writer
) -> None:
    await proposed(desk, writer)
    desk.trouble.meanwhile("PUT", MERGE, lambda: act(desk))
    with pytest.raises(WriteRefused) as refused:
        await merge(desk, writer)
    assert refused.value.reason == reason


async def test_a_base_that_moved_is_told(desk: Desk, writer: Writer) -> None:
    await proposed(desk, writer)
    desk.trouble.expect("refuse", "PUT", MERGE, status=409, message="Base branch was modified")
    with pytest.raises(WriteRefused) as refused:
        await merge(desk, writer)
    assert refused.value.reason == "moved"


async def test_another_head_that_a_person_merged_while_the_answer_was_lost_is_theirs(
    desk: Desk, writer: Writer
) -> None:
    await proposed(desk, writer)

    def person() -> None:
        desk.push({"more": "x"}, BRANCH)
        press_merge(desk.world, desk.api, desk.api.pulls[1], desk.kim)

    desk.trouble.expect("before", "PUT", MERGE)
    desk.trouble.on_fault = person
    with pytest.raises(WriteRefused, match="kim merged it so") as refused:
        await merge(desk, writer)
    assert refused.value.reason == "moved"


async def test_an_answer_that_doesnt_say_merged_is_looked_into(desk: Desk, writer: Writer) -> None:
    await proposed(desk, writer)
    desk.trouble.expect("refuse", "PUT", MERGE, status=200)
    done = await merge(desk, writer)
    assert done.now
    assert desk.api.pulls[1].merged_at is not None
