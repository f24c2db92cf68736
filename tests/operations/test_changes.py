"""What changed since: a cursor never lies, and nothing is told twice."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.operations.rooms import Clock, Yard, enlarge, last, look_over, opened

from opsroom.errors import UsageError
from opsroom.model.event import Event, Happening
from opsroom.operations import changes
from opsroom.operations.changes import Change, Changes, changes_since
from opsroom.operations.room import Room
from opsroom.store.journal import append

pytestmark = pytest.mark.anyio


async def write(room: Room, *happenings: Happening) -> None:
    async with room.store.write() as connection:
        await append(connection, happenings, room.now())


def opened_finding(mark: str, repository: str = "local/api", **data: Any) -> Happening:
    return Happening(
        kind="finding.opened",
        repository=repository,
        summary=f"rule: {mark}",
        data={"finding": f"finding_{mark}", "severity": "low", **data},
    )


async def cursor(room: Room) -> str:
    return (await changes_since(room, "1s", 1500)).cursor


async def test_from_one_cursor_to_the_next_everything_is_told_once(yard: Yard) -> None:
    clone = yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        start = await cursor(room)
        yard.commit(clone)
        await look_over(room)
        first = await changes_since(room, start, 1500)
        assert [change.kind for change in first.events] == ["repository.changed"]
        assert first.complete
        assert "nothing changed" in (await changes_since(room, first.cursor, 1500)).reading()
        (clone / "README.md").write_text("changed\n")
        await room.lookout.look([str(clone)])
        second = await changes_since(room, first.cursor, 1500)
        assert "finding.opened" in [change.kind for change in second.events]
        assert not {c.id for c in first.events} & {c.id for c in second.events}


async def test_the_baseline_is_no_news(yard: Yard) -> None:
    (yard.clone("api") / "README.md").write_text("changed\n")
    async with opened(yard.settings()) as room:
        await look_over(room)
        answer = await changes_since(room, "24h", 1500)
        assert answer.events == []
        assert answer.coverage.asked == 1


async def test_a_clone_that_comes_and_goes_is_told(yard: Yard) -> None:
    import shutil

    yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        start = await cursor(room)
        web = yard.clone("web")
        await look_over(room)
        found = await changes_since(room, start, 1500)
        assert [(c.kind, c.repository) for c in found.events] == [("repository.found", "local/web")]
        shutil.rmtree(web)
        await look_over(room)
        gone = await changes_since(room, found.cursor, 1500)
        assert [(c.kind, c.repository) for c in gone.events] == [("repository.gone", "local/web")]


async def test_an_event_from_before_a_renaming_is_still_told(yard: Yard) -> None:
    clone = yard.clone("work/api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        start = await cursor(room)
        yard.commit(clone)
        await look_over(room)
        yard.clone("play/api")
        await look_over(room)
        told = await changes_since(room, start, 1500)
        changed = [c for c in told.events if c.kind == "repository.changed"]
        assert any("moved to" in change.summary for change in changed), told


async def test_times_and_whiles(yard: Yard) -> None:
    clock = Clock()
    clone = yard.clone("api")
    async with opened(yard.settings(), clock=clock) as room:
        await look_over(room)
        clock.forward(hours=2)
        yard.commit(clone)
        await look_over(room)
        clock.forward(hours=3)
        await look_over(room)
        for since, count in {
            "4h": 1,
            "240m": 1,
            "2h": 0,
            "1d": 1,
            "2026-01-31T13:59:00Z": 1,
            "2026-01-31T14:01:00+00:00": 0,
            "2026-01-31T13:59": 1,
            "2026-01-31": 1,
            "2027-01-01T00:00Z": 0,
            "0001-01-01T00:00Z": 1,
        }.items():
            assert len((await changes_since(room, since, 1500)).events) == count, since


@pytest.mark.parametrize(
    "since",
    [
        "",
        " ",
        "yesterday",
        "2026-13-31T12:00Z",
        "12-",
        "-5",
        "5-ABC",
        "999999999999999999999",
        "99999999999d",
        "²h",
        "1.5h",
        "24 h",
        "\x1b[31m",
        "2026-01-31T25:00",
        "1" * 80,
    ],
)
async def test_what_is_no_cursor_and_no_time_is_refused_in_one_line(yard: Yard, since: str) -> None:
    yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        with pytest.raises(UsageError) as refused:
            await changes_since(room, since, 1500)
        assert str(refused.value).isprintable()


async def test_a_cursor_of_another_history_gets_the_full_state(yard: Yard) -> None:
    (yard.clone("api") / "README.md").write_text("changed\n")
    async with opened(yard.settings()) as room:
        await look_over(room)
        here = await last(room)
        for foreign in (f"{here}-deadbeef", "999999", f"{here + 1}"):
            answer = await changes_since(room, foreign, 1500)
            assert "another history" in answer.note
            assert answer.state is not None
            assert answer.state.coverage.asked == 1
            assert answer.events == []
            again = await changes_since(room, answer.cursor, 1500)
            assert again.state is None, "the cursor that it gives is good"


async def test_a_pruned_cursor_gets_the_full_state(yard: Yard) -> None:
    clock = Clock()
    clone = yard.clone("api")
    async with opened(yard.settings(), clock=clock) as room:
        await look_over(room)
        old = await cursor(room)
        yard.commit(clone)
        await look_over(room)
        clock.forward(days=91)
        yard.commit(clone, "another.txt")
        await look_over(room)
        await room.store.journal.prune(clock() - room.settings.journal.keep)
        answer = await changes_since(room, old, 1500)
        assert "older than the journal" in answer.note
        assert answer.state is not None
        long_ago = await changes_since(room, "100d", 1500)
        assert "older than the journal" in long_ago.note
        assert long_ago.state is not None
        lately = await changes_since(room, "24h", 1500)
        assert lately.state is None
        assert [change.kind for change in lately.events] == ["repository.changed"]


async def test_after_a_restore_old_cursors_are_foreign(yard: Yard) -> None:
    from opsroom.store.backup import backup, restore

    clone = yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        await backup(room.store, yard.home.parent / "copy")
        yard.commit(clone)
        await look_over(room)
        old = await cursor(room)
    await restore(yard.home.parent / "copy", None, yard.home)
    async with opened(yard.settings()) as room:
        answer = await changes_since(room, old, 1500)
        assert "another history" in answer.note
        assert answer.state is not None


async def test_a_cut_is_counted_and_said(yard: Yard) -> None:
    yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        start = await cursor(room)
        await write(room, *(opened_finding(f"{number:016x}") for number in range(200)))
        await write(room, opened_finding("f" * 16, severity="critical"))
        for budget in (400, 1500, 6000):
            answer = await changes_since(room, start, budget)
            assert answer.tokens <= budget
            assert len(answer.events) + answer.omitted.count == 201
            assert answer.omitted.worst == "finding.opened"
            assert answer.events[0].summary == "rule: " + "f" * 16, "the worst is told first"
            assert f"{answer.omitted.count} more" in answer.reading()
        everything = await changes_since(room, start, 20_000)
        assert everything.omitted.count == 201 - len(everything.events)


async def test_more_events_than_one_answer_reads(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "MOST", 7)
    yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        place = await cursor(room)
        await write(room, *(opened_finding(f"{number:016x}") for number in range(20)))
        told: list[Change] = []
        answers: list[Changes] = []
        while not answers or not answers[-1].complete:
            answers.append(await changes_since(room, place, 20_000))
            place = answers[-1].cursor
            told += answers[-1].events
        assert len(answers) == 3
        assert len({change.id for change in told}) == len(told) == 20


async def test_an_event_during_the_question_is_told_by_the_next_one(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is committed after the events were read must not be behind the cursor."""
    yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        start = await cursor(room)
        journal = room.store.journal
        read = journal.after

        async def overtaken(after: int, limit: int = 500) -> list[Event]:
            events = await read(after, limit)
            monkeypatch.undo()
            await write(room, opened_finding("a" * 16))
            return events

        monkeypatch.setattr(journal, "after", overtaken)
        first = await changes_since(room, start, 1500)
        second = await changes_since(room, first.cursor, 1500)
        assert len(first.events) + len(second.events) == 1


async def test_the_cursor_of_a_state_is_never_ahead_of_the_state(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    from opsroom.operations.status import fleet_status

    clone = yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        place = room.cursor

        async def overtaken() -> str:
            monkeypatch.undo()
            here = await place()
            (clone / "README.md").write_text("changed\n")
            await room.lookout.look([str(clone)])
            return here

        monkeypatch.setattr(room, "cursor", overtaken)
        state = await fleet_status(room, "", 1200)
        after = await changes_since(room, state.cursor, 1500)
        shown = bool(state.findings.get("low"))
        assert shown or "finding.opened" in [change.kind for change in after.events]


KINDS = ("opened", "fixed", "reopened")


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    batches=st.lists(
        st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 3)), max_size=6),
        min_size=1,
        max_size=6,
    )
)
async def test_any_sequence_is_told_once_and_completely(
    room: Room, batches: list[list[tuple[str, int]]]
) -> None:
    """The last word on each finding is told, by one answer or the next, and only once."""
    place = await cursor(room)
    begun = await last(room)
    told: list[Change] = []
    for batch in batches:
        await write(
            room,
            *(
                Happening(
                    kind=f"finding.{kind}",
                    repository="local/api",
                    summary=f"{mark}",
                    data={"finding": f"finding_{mark:016x}"},
                )
                for kind, mark in batch
            ),
        )
        answer = await changes_since(room, place, 20_000)
        place = answer.cursor
        told += answer.events
        marks = {mark for _, mark in batch}
        for mark in marks:
            thread = [kind for kind, each in batch if each == mark]
            said = [c.kind for c in answer.events if c.summary == str(mark)]
            nothing = thread[0] != "fixed" and thread[-1] == "fixed"
            assert said == ([] if nothing else [f"finding.{thread[-1]}"])
    assert len({change.id for change in told}) == len(told)
    assert all(change.id > begun for change in told)


@pytest.fixture
async def room(yard: Yard) -> Any:
    yard.clone("api")
    async with opened(yard.settings()) as open_room:
        await look_over(open_room)
        yield open_room


async def test_no_repository_is_asked_for_once_an_event(yard: Yard) -> None:
    """Thousands of events over a large fleet are filtered in a moment."""
    import time

    yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        start = await cursor(room)
        await write(room, *(opened_finding(f"{number:016x}") for number in range(4_000)))
        row = next(iter(room.fleet))
        enlarge(room, {f"key-{number}": row for number in range(2_000)})
        begun = time.process_time()
        await changes_since(room, start, 1500)
        assert time.process_time() - begun < 3
