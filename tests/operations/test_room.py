"""The room: what it waits for, what it hides, what it survives."""

import anyio
import pytest
from tests.operations.rooms import (
    Clock,
    Yard,
    last,
    look_over,
    names,
    opened,
    unhealthy,
)

from opsroom.errors import NotFound, StoreError
from opsroom.operations import room as rooms
from opsroom.operations.changes import changes_since
from opsroom.operations.completion import complete
from opsroom.operations.journal import following, newest
from opsroom.operations.repository import repository_health
from opsroom.operations.status import fleet_status

pytestmark = pytest.mark.anyio


async def test_what_is_hidden_does_not_exist(yard: Yard) -> None:
    shown = yard.clone("open", "https://github.com/acme/open.git")
    hidden = yard.clone("secret", "https://github.com/acme/secret.git")
    (yard.code / "broken-secret").mkdir()
    (yard.code / "broken-secret/.git").write_text("nonsense")
    async with opened(yard.settings()) as owner, opened(yard.settings(), scope="repo:open") as room:
        await look_over(owner)
        await room.refresh()
        start = await last(room)
        unhealthy([shown, hidden])
        for clone in (shown, hidden):
            await owner.lookout.look([str(clone)])
        status = await fleet_status(room, "", 4000)
        changes = await changes_since(room, str(start), 4000)
        answers = [
            status,
            changes,
            await newest(room, 50),
            await following(room, "0", 200),
            await repository_health(room, "acme/open", 4000),
        ]
        assert status.coverage.asked == 1
        assert sum(status.counts.model_dump().values()) == 1
        assert "finding.opened" in [change.kind for change in changes.events]
        for answer in answers:
            assert "secret" not in answer.model_dump_json() + answer.reading()
        assert status.problems, "that something could not be looked at is not hidden"
        for argument in ("repository", "owner", "name"):
            assert "secret" not in " ".join(await complete(room, argument, "", {}))
        missing: list[str] = []
        for name in ("acme/secret", str(hidden), "acme/nothing", str(hidden.parent / "nothing")):
            with pytest.raises(NotFound) as refused:
                await repository_health(room, name, 2000)
            missing.append(str(refused.value).replace("nothing", "secret"))
        assert missing[:2] == missing[2:]
        for filtered in ("repo:secret", "-repo:open", "secret"):
            assert (await fleet_status(room, filtered, 1200)).coverage.asked == 0


async def test_the_folder_of_another_client_is_its_own(yard: Yard) -> None:
    yard.clone("mine/api")
    yard.clone("yours/web")
    async with (
        opened(yard.settings(yard.code / "mine")) as mine,
        opened(yard.settings(yard.code / "yours")) as yours,
    ):
        await look_over(mine)
        await look_over(yours)
        await mine.refresh()
        assert (names(mine), names(yours)) == (["local/api"], ["local/web"])
        (yard.code / "yours").rename(yard.code / "away")
        await look_over(yours)
        assert "yours" not in (await newest(mine, 50)).model_dump_json()
        assert (await fleet_status(mine, "", 1200)).problems == []
        assert (await fleet_status(yours, "", 1200)).problems


async def test_a_first_question_waits_for_the_first_look(yard: Yard) -> None:
    for number in range(20):
        yard.clone(f"repo-{number}")
    async with opened(yard.settings(), watches=True) as room:
        answer = await fleet_status(room, "", 1200)
        assert answer.coverage.asked == answer.coverage.fresh == 20
        assert answer.note == ""


async def test_nobody_waits_for_ever_and_what_is_missing_is_said(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    yard.clone("api")
    monkeypatch.setattr(rooms, "FIRST_LOOK", 0.2)
    async with opened(yard.settings(), watches=False) as room:
        with anyio.fail_after(2):
            answer = await fleet_status(room, "", 1200)
        assert answer.coverage.asked == 0
        assert "under way" in answer.note
        assert "under way" in answer.reading()


async def test_a_question_after_a_long_quiet_time_is_answered_at_once(yard: Yard) -> None:
    """A reader that heard nothing for minutes, while the owner went on passing."""
    yard.clone("api")
    clock = Clock()
    async with (
        opened(yard.settings(), clock=clock) as owner,
        opened(yard.settings(), clock=clock) as reader,
    ):
        await look_over(owner)
        assert (await fleet_status(reader, "", 1200)).coverage.fresh == 1
        clock.forward(minutes=5)
        await look_over(owner)
        with anyio.fail_after(2):
            answer = await fleet_status(reader, "", 1200)
        assert answer.note == ""


async def test_what_was_seen_before_this_process_is_not_taken_for_now(yard: Yard) -> None:
    """A store that nobody watched for a moment is passed over before it is shown."""
    yard.clone("api")
    async with opened(yard.settings(), watches=True) as room:
        assert (await fleet_status(room, "", 1200)).coverage.asked == 1
    yard.clone("web")
    async with opened(yard.settings(), watches=True) as room:
        assert (await fleet_status(room, "", 1200)).coverage.asked == 2


async def test_old_facts_are_stale_and_said_to_be(yard: Yard) -> None:
    yard.clone("api")
    clock = Clock()
    async with opened(yard.settings(), clock=clock) as room:
        await look_over(room)
        # The looks carry the real time; the room's clock is set to some hours after it.
        clock.now = (await fleet_status(room, "", 1200)).as_of or clock.now
        clock.forward(hours=3)
        await look_over(room)
        status = await fleet_status(room, "", 1200)
        assert status.coverage.stale == 1
        assert "1 stale" in status.reading()


async def test_an_answer_that_is_remembered_is_given_up_when_anything_moves(yard: Yard) -> None:
    clone = yard.clone("api")
    async with opened(yard.settings(), clock=Clock()) as room:
        await look_over(room)
        await anyio.sleep(0.2)  # until the store has heard of its own last commit
        one = await fleet_status(room, "", 1200)
        assert await fleet_status(room, "", 1200) is one
        (clone / "README.md").write_text("changed\n")
        await room.lookout.look([str(clone)])
        two = await fleet_status(room, "", 1200)
        assert two.findings != one.findings
        assert await fleet_status(room, "is:local", 1200) is not two


async def test_a_store_that_can_not_be_opened_is_tried_again(yard: Yard) -> None:
    yard.clone("api")
    store = yard.home / "store.sqlite"
    store.write_bytes(b"no database" * 1000)
    async with rooms.Room(yard.settings(), watches=False) as room:
        for _ in range(2):
            with pytest.raises(StoreError, match="restore"):
                await room.open()
        await room.wake()
        store.unlink()
        await room.open()
        await look_over(room)
        assert names(room) == ["local/api"]


@pytest.mark.parametrize("seconds", [0, 0.01, 0.03, 0.06, 0.1, 0.2])
async def test_who_gives_up_while_it_opens_spoils_nothing(yard: Yard, seconds: float) -> None:
    yard.clone("api")
    async with rooms.Room(yard.settings()) as room:
        with anyio.move_on_after(seconds):
            await room.open()
            await fleet_status(room, "", 1200)
        with anyio.fail_after(4):
            await room.open()
            assert (await fleet_status(room, "", 1200)).coverage.asked == 1
        room.tasks.cancel_scope.cancel()
