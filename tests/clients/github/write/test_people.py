"""What people say and do in between is noticed, remembered and obeyed."""

from dataclasses import replace

import pytest
from tests.clients.github.write.desk import BRANCH, NAME, Desk, Forgetful, mark
from tests.clients.github.write.scenarios import (
    committed,
    opened_issue,
    propose,
    proposed,
    raise_issue,
)

from opsroom.clients.github.write import mark as marks
from opsroom.clients.github.write.branches import create_branch
from opsroom.clients.github.write.comments import comment
from opsroom.clients.github.write.commits import commit_files
from opsroom.clients.github.write.errors import WriteRefused
from opsroom.clients.github.write.files import File
from opsroom.clients.github.write.issues import close_issue, create_issue, reopen_issue
from opsroom.clients.github.write.pulls import close_pull, open_pull, update_pull
from opsroom.clients.github.write.writer import Writer
from opsroom.demo.github.acts.issues import add_comment, edit_issue, open_issue
from opsroom.demo.github.acts.pulls import edit_pull
from opsroom.demo.github.acts.pulls import merge_pull as press_merge
from opsroom.demo.github.acts.pulls import open_pull as press_open
from opsroom.model.rejection import Rejection

pytestmark = pytest.mark.anyio

OTHER = "opsroom/another-try"


async def another_try(desk: Desk, writer: Writer) -> object:
    """A later plan with the same cause proposes the same on another branch."""
    await create_branch(writer, NAME, OTHER, desk.head)
    files = [File("SECURITY.md", b"Tell kim.\n")]
    await commit_files(writer, NAME, OTHER, desk.head, files, "Again", mark(plan="plan_2"))
    return await open_pull(writer, NAME, OTHER, "Again", "", mark(plan="plan_2"))


@pytest.mark.parametrize("account", ["kim", "bot"])
async def test_a_closed_pull_request_is_a_no(account: str, desk: Desk, writer: Writer) -> None:
    """Also when the person who closes it lent us the account."""
    await proposed(desk, writer)
    closer = desk.kim if account == "kim" else desk.bot
    edit_pull(desk.world, desk.api, desk.api.pulls[1], closer, state="closed")
    with pytest.raises(WriteRefused, match=f"{account} closed .*pull/1") as refused:
        await another_try(desk, writer)
    assert refused.value.reason == "closed"
    assert len(desk.api.pulls) == 1
    kept = desk.rejections.kept["host", desk.api.node_id, mark().digest]
    assert (kept.by, kept.url) == (account, f"{desk.url}/acme/api/pull/1")


async def test_a_no_is_remembered_when_the_host_lost_it(desk: Desk, writer: Writer) -> None:
    await proposed(desk, writer)
    pull = desk.api.pulls[1]
    edit_pull(desk.world, desk.api, pull, desk.kim, state="closed")
    with pytest.raises(WriteRefused):
        await propose(desk, writer)
    edit_pull(desk.world, desk.api, pull, desk.kim, body="rewritten")
    with pytest.raises(WriteRefused, match="proposed the same"):
        await another_try(desk, desk.writer())


async def test_the_host_remembers_a_no_that_we_forgot(desk: Desk, writer: Writer) -> None:
    await proposed(desk, writer)
    edit_pull(desk.world, desk.api, desk.api.pulls[1], desk.kim, state="closed")
    desk.rejections = Forgetful()
    with pytest.raises(WriteRefused):
        await another_try(desk, desk.writer())


async def test_a_no_that_was_taken_back_is_none(desk: Desk, writer: Writer) -> None:
    class TakenBack(Forgetful):
        async def remember(self, rejection: Rejection) -> bool:
            return False

    await proposed(desk, writer)
    edit_pull(desk.world, desk.api, desk.api.pulls[1], desk.kim, state="closed")
    writer.rejections = TakenBack()
    await another_try(desk, writer)
    assert desk.api.pulls[2].open


async def test_a_reopened_pull_request_is_found_again(desk: Desk, writer: Writer) -> None:
    await proposed(desk, writer)
    pull = desk.api.pulls[1]
    edit_pull(desk.world, desk.api, pull, desk.kim, state="closed")
    with pytest.raises(WriteRefused):
        await propose(desk, writer)
    edit_pull(desk.world, desk.api, pull, desk.kim, state="open")
    found = await propose(desk, writer)
    assert not found.now
    assert found.after.number == 1


async def test_what_we_close_ourselves_is_no_no(desk: Desk, writer: Writer) -> None:
    await proposed(desk, writer)
    closed = await close_pull(writer, NAME, 1, "A newer plan does it.", mark())
    assert closed.before is not None
    assert (closed.before.state, closed.after.state) == ("open", "closed")
    assert "A newer plan does it." in desk.api.pulls[1].issue.comments[0].body
    await another_try(desk, writer)
    assert desk.api.pulls[2].open


async def test_what_a_person_closes_again_after_us_is_a_no(desk: Desk, writer: Writer) -> None:
    await proposed(desk, writer)
    await close_pull(writer, NAME, 1, "A newer plan does it.", mark())
    edit_pull(desk.world, desk.api, desk.api.pulls[1], desk.kim, state="open")
    desk.time.pass_by(7200)
    edit_pull(desk.world, desk.api, desk.api.pulls[1], desk.kim, state="closed")
    with pytest.raises(WriteRefused, match="kim closed"):
        await another_try(desk, writer)


async def test_one_cause_has_one_pull_request(desk: Desk, writer: Writer) -> None:
    await proposed(desk, writer)
    found = await another_try(desk, writer)
    assert len(desk.api.pulls) == 1
    assert found is not None


async def test_another_cause_on_the_same_branch_is_refused(desk: Desk, writer: Writer) -> None:
    await proposed(desk, writer)
    with pytest.raises(WriteRefused) as refused:
        await open_pull(writer, NAME, BRANCH, "Other", "", mark(key="something else"))
    assert refused.value.reason == "busy"


async def test_a_persons_pull_request_for_our_branch_is_theirs(desk: Desk, writer: Writer) -> None:
    await committed(desk, writer)
    press_open(desk.world, desk.api, BRANCH, "main", "Mine", marks.body("", mark()), desk.kim)
    with pytest.raises(WriteRefused) as refused:
        await propose(desk, writer)
    assert refused.value.reason == "theirs"


@pytest.mark.parametrize("what", ["closed", "merged"])
async def test_a_pull_request_that_ended_is_not_rewritten(
    what: str, desk: Desk, writer: Writer
) -> None:
    await proposed(desk, writer)
    pull = desk.api.pulls[1]
    if what == "closed":
        edit_pull(desk.world, desk.api, pull, desk.kim, state="closed")
    else:
        press_merge(desk.world, desk.api, pull, desk.kim)
    with pytest.raises(WriteRefused, match=f"kim {what}") as refused:
        await update_pull(writer, NAME, 1, "New", "", mark())
    assert refused.value.reason == what


async def test_a_merged_pull_request_is_not_closed(desk: Desk, writer: Writer) -> None:
    await proposed(desk, writer)
    press_merge(desk.world, desk.api, desk.api.pulls[1], desk.kim)
    with pytest.raises(WriteRefused, match="kim merged") as refused:
        await close_pull(writer, NAME, 1, "", mark())
    assert refused.value.reason == "merged"


async def test_only_what_is_ours_is_closed_or_rewritten(desk: Desk, writer: Writer) -> None:
    forged = marks.body("", mark())
    open_issue(desk.world, desk.api, "Mine", forged, desk.kim)
    desk.push({"x": "y"}, "feature")
    press_open(desk.world, desk.api, "feature", "main", "Mine", forged, desk.kim)
    for call in (
        close_issue(writer, NAME, 1, "completed", "", mark()),
        reopen_issue(writer, NAME, 1),
        close_pull(writer, NAME, 2, "", mark()),
        update_pull(writer, NAME, 2, "New", "", mark()),
    ):
        with pytest.raises(WriteRefused) as refused:
            await call
        assert refused.value.reason == "theirs"
    assert not desk.trouble.writes


async def test_a_mark_that_a_stranger_wrote_is_none(desk: Desk, writer: Writer) -> None:
    forged = marks.body("", mark())
    stranger = desk.small.stranger
    first = open_issue(desk.world, desk.api, "Forged", forged, stranger)
    add_comment(desk.world, desk.api, first, forged, stranger)
    edit_issue(desk.world, desk.api, first, stranger, state="closed", reason="not_planned")
    done = await raise_issue(desk, writer)
    assert done.now
    assert done.after.number == 2
    said = await comment(writer, NAME, 1, "Seen.", mark())
    assert said.now


@pytest.mark.parametrize(("reason", "again"), [("completed", True), ("not_planned", False)])
async def test_an_issue_closed_as_not_planned_is_a_no(
    reason: str, again: bool, desk: Desk, writer: Writer
) -> None:
    await opened_issue(desk, writer)
    edit_issue(desk.world, desk.api, desk.api.issues[1], desk.kim, state="closed", reason=reason)  # type: ignore[arg-type]  # one of the reasons
    later = mark(plan="plan_2")
    if again:
        done = await create_issue(writer, NAME, "Again", "", later)
        assert done.now
    else:
        with pytest.raises(WriteRefused) as refused:
            await create_issue(writer, NAME, "Again", "", later)
        assert refused.value.reason == "closed"


async def test_an_issue_that_a_person_closed_is_not_reopened(desk: Desk, writer: Writer) -> None:
    await opened_issue(desk, writer)
    edit_issue(desk.world, desk.api, desk.api.issues[1], desk.kim, state="closed")
    with pytest.raises(WriteRefused, match="kim closed"):
        await reopen_issue(writer, NAME, 1)


async def test_an_older_cause_with_the_same_key_is_one_issue(desk: Desk, writer: Writer) -> None:
    await opened_issue(desk, writer)
    found = await create_issue(writer, NAME, "Again", "", replace(mark(), plan="plan_2"))
    assert not found.now
    assert len(desk.api.issues) == 1
