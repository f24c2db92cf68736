"""CI across a fleet, and of one run: who fails, why, who else, and what mended it."""

from collections.abc import AsyncGenerator
from typing import cast

import pytest
from tests.judge.builders import HEAD, OTHER, ci, unasked
from tests.operations.hosted import ACME, KEY, YAML, failed, ran, repository, room_of, run
from tests.operations.rooms import Yard, look_over, opened

from opsroom.clients.host import FailedStep, Host, HostError, Priority
from opsroom.errors import NotFound, UsageError
from opsroom.model.ci import CiRun
from opsroom.operations.ci import ci_status
from opsroom.operations.hosts.watch import HostWatch
from opsroom.operations.room import Room

pytestmark = pytest.mark.anyio
FAILING = ("acme/api", "acme/web", "acme/jobs")


@pytest.fixture
async def room(yard: Yard) -> AsyncGenerator[Room]:
    """Three that fail, two of them alike; others that run, pass, have no CI or don't tell."""
    web = (failed(20, ago=1), failed(21, workflow="Docker", ago=1))
    fleet = (
        repository("acme/api", ci=ci("failing", failed(11, ago=1))),
        repository("acme/web", ci=ci("failing", *web)),
        repository("acme/jobs", ci=ci("failing", failed(30, ago=3, attempt=2))),
        repository("acme/site", ci=ci("running", run(40, None))),
        repository("acme/fine"),
        repository("acme/plain", ci=ci("none")),
        repository("acme/dark", ci=unasked()),
    )
    async with room_of(yard, *fleet) as found:
        history = (failed(9, ago=5), failed(10, ago=4), run(8, ago=6), failed(7, ago=7))
        await ran(found, "acme/api", *history, failed(11, ago=1), why={11: YAML, 7: YAML})
        await ran(found, "acme/web", *web, run(19, ago=9), why={20: YAML, 21: KEY})
        await ran(found, "acme/jobs", failed(30, ago=3, attempt=2), why={30: "?"})
        await ran(found, "acme/site", run(40, None))
        yield found


async def test_states_are_counted_and_failures_come_first(room: Room) -> None:
    answer = await ci_status(room, "", "", 5000)
    assert dict(answer.counts) == {
        "failing": 3,
        "running": 1,
        "passing": 1,
        "none": 1,
        "unknown": 1,
    }
    assert {line.repository for line in answer.failing} == set(FAILING)
    assert [line.ci_run for line in answer.running] == ["ci_40"]
    assert answer.omitted.count == 0
    assert "CI: failing 3, running 1, passing 1, none 1, unknown 1" in answer.reading()


async def test_a_failure_says_since_when_where_and_with_what(room: Room) -> None:
    answer = await ci_status(room, "repo:acme/api", "", 5000)
    (line,) = answer.failing
    assert (line.ci_run, line.workflow, line.head, line.seconds) == ("ci_11", "CI", HEAD, 60)
    assert line.since == failed(9, ago=5).created_at, "the first after the last that passed"
    assert line.step == "build / Run tests"
    assert line.error == "ModuleNotFoundError: No module named 'yaml'"
    assert line.url == "https://github.com/acme/api/actions/runs/11"
    assert answer.next[0].arguments == {"ci_run": "ci_11"}


async def test_failures_that_several_share_are_one_group(room: Room) -> None:
    answer = await ci_status(room, "", "", 5000)
    (group,) = answer.alike
    assert sorted(group.repositories) == ["acme/api", "acme/web"]
    assert group.error == "ModuleNotFoundError: No module named 'yaml'"
    assert {line.signature for line in answer.failing[:2]} == {group.signature}
    assert f"the same in 2: {', '.join(group.repositories)}" in answer.reading()


async def test_each_workflow_that_fails_has_its_line(room: Room) -> None:
    answer = await ci_status(room, "repo:web", "", 5000)
    assert {line.workflow for line in answer.failing} == {"CI", "Docker"}
    assert answer.alike == [], "alone it is like nobody here"


async def test_a_log_that_was_not_read_yet_is_said(yard: Yard) -> None:
    async with room_of(yard, repository("acme/api", ci=ci("failing", failed(6)))) as room:
        await ran(room, "acme/api", failed(6))
        answer = await ci_status(room, "", "", 5000)
        assert answer.failing[0].step is None
        assert "why 1 run failed was not read yet: ask with its ci_run" in answer.note


async def test_a_filter_asks_about_ci(room: Room) -> None:
    answer = await ci_status(room, "ci:failing -repo:api", "", 5000)
    assert answer.counts.failing == 2
    assert "ci is unknown for 1 of 7" in answer.note
    with pytest.raises(UsageError):
        await ci_status(room, "ci:broken", "", 5000)


async def test_a_state_that_no_run_explains_is_told_all_the_same(yard: Yard) -> None:
    async with room_of(yard, repository("acme/api", ci=ci("failing"))) as room:
        (line,) = (await ci_status(room, "", "", 5000)).failing
        assert (line.repository, line.ci_run) == ("acme/api", None)
        assert line.url == "https://github.com/acme/api"


async def test_runs_of_other_branches_explain_nothing(yard: Yard) -> None:
    async with room_of(yard, repository("acme/api", ci=ci("failing"))) as room:
        await ran(room, "acme/api", failed(5, branch="feature"), failed(4, head=OTHER))
        assert (await ci_status(room, "", "", 5000)).failing[0].ci_run is None
        await ran(room, "acme/api", failed(6, ago=1))
        assert (await ci_status(room, "", "", 5001)).failing[0].ci_run == "ci_6"


async def test_without_a_host_it_says_what_to_do(yard: Yard) -> None:
    yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        answer = await ci_status(room, "", "", 2000)
        assert answer.counts.unknown == 1
        assert "no host is asked" in answer.note


@pytest.mark.parametrize("budget", [200, 600, 1500, 20_000])
async def test_a_large_fleet_is_cut_to_the_budget(yard: Yard, budget: int) -> None:
    many = [repository(f"acme/service-{n:03}", ci=ci("failing", failed(n))) for n in range(250)]
    async with room_of(yard, *many) as room:
        answer = await ci_status(room, "", "", budget)
        assert answer.tokens <= max(budget, 400)
        assert answer.counts.failing == 250
        assert len(answer.failing) + answer.omitted.count == 250
        if answer.omitted.count:
            assert answer.omitted.worst == "failing"
            assert f"{answer.omitted.count} more" in answer.reading()


async def test_one_run_says_why_who_else_and_what_mended_it(room: Room) -> None:
    answer = await ci_status(room, "", "ci_11", 5000)
    one = answer.run
    assert one is not None
    assert (one.repository, one.conclusion, one.branch) == ("acme/api", "failure", "main")
    assert (one.job, one.step) == ("build", "Run tests")
    assert one.error == "ModuleNotFoundError: No module named 'yaml'"
    assert [each.ci_run for each in one.also] == ["ci_20", "ci_7"]
    assert one.also[0].ci == "failing"
    (mended,) = one.mended
    assert (mended.failed, mended.ci_run) == ("ci_7", "ci_8")
    assert answer.next[0].arguments == {"ci_run": "ci_20"}
    reading = answer.reading()
    assert "first error: ModuleNotFoundError" in reading
    assert "data, not instructions" in reading
    assert "- mended in acme/api: ci_7 failed" in reading


async def test_what_could_not_be_told_says_why(room: Room) -> None:
    told = (await ci_status(room, "", "ci_30", 5000)).run
    assert told is not None
    assert (told.attempt, told.error, told.signature) == (2, None, None)
    assert told.unexplained == "its jobs or their log could not be had"
    later = (await ci_status(room, "", "ci_10", 5000)).run
    assert later is not None
    assert later.unexplained == "its log was not asked for yet"


async def test_a_run_that_passed_has_nothing_to_explain(room: Room) -> None:
    told = (await ci_status(room, "", "ci_8", 5000)).run
    assert told is not None
    assert (told.conclusion, told.unexplained, told.since, told.seconds) == (
        "success",
        None,
        None,
        60,
    )


async def test_one_run_is_cut_to_the_budget(yard: Yard) -> None:
    async with room_of(yard, repository("acme/api")) as room:
        many = [failed(number, ago=number) for number in range(1, 60)]
        await ran(room, "acme/api", *many, why={run.number: YAML for run in many})
        answer = await ci_status(room, "", "ci_1", 900)
        assert answer.run is not None
        assert answer.tokens <= 900
        assert len(answer.run.also) + answer.run.also_omitted == 58


@pytest.mark.parametrize(
    ("asked", "call"),
    [
        ("11", {"ci_run": "ci_11"}),
        ("acme/api", {"where": 'repo:"acme/api"'}),
        ("run_5", {}),
        ("ci_x", {}),
        ("ci_99999999999999999999", {}),
    ],
)
async def test_an_id_of_another_kind_is_answered_with_what_would_work(
    room: Room, asked: str, call: dict[str, str]
) -> None:
    with pytest.raises(UsageError) as caught:
        await ci_status(room, "", asked, 1000)
    assert caught.value.calls[0].arguments == call


async def test_a_finding_is_no_run(room: Room) -> None:
    row = room.row("acme/api")
    with pytest.raises(UsageError, match="is a finding") as caught:
        await ci_status(room, "", row.findings[0].finding.id, 1000)
    assert caught.value.calls[0].tool == "repo_health"


@pytest.mark.parametrize("asked", ["ci_4711", "ci_11@ghe.example.org", "ci_11@127.0.0.1~8443"])
async def test_a_run_that_is_not_kept_is_not_found(room: Room, asked: str) -> None:
    with pytest.raises(NotFound) as caught:
        await ci_status(room, "", asked, 1000)
    assert caught.value.calls[0].tool == "ci_status"


async def test_a_run_of_another_host_is_found_under_its_id(yard: Yard) -> None:
    async with room_of(yard, repository("acme/api")) as room:
        await ran(room, "acme/api", run(5, host="127.0.0.1:8443"))
        told = (await ci_status(room, "", "ci_5@127.0.0.1~8443", 2000)).run
        assert told is not None
        assert told.ci_run == "ci_5@127.0.0.1~8443"


async def test_what_is_hidden_from_a_caller_is_in_no_answer(yard: Yard) -> None:
    fleet = (
        repository("acme/api", ci=ci("failing", failed(1))),
        repository("corp/web", ci=ci("failing", failed(2))),
    )
    async with room_of(yard, *fleet, scope="owner:acme") as room:
        await ran(room, "acme/api", failed(1), why={1: YAML})
        await ran(room, "corp/web", failed(2), why={2: YAML})
        answer = await ci_status(room, "", "", 5000)
        assert [line.repository for line in answer.failing] == ["acme/api"]
        assert answer.alike == []
        told = (await ci_status(room, "", "ci_1", 5000)).run
        assert told is not None
        assert told.also == []
        with pytest.raises(NotFound):
            await ci_status(room, "", "ci_2", 5000)


async def test_a_run_that_only_a_look_named_is_told_as_far_as_that_goes(yard: Yard) -> None:
    async with room_of(yard, repository("acme/api", ci=ci("failing", failed(3)))) as room:
        told = (await ci_status(room, "", "ci_3", 2000)).run
        assert told is not None
        assert (told.repository, told.unexplained) == ("acme/api", "its log was not asked for yet")


async def test_the_log_of_an_older_failure_is_read_when_somebody_asks(yard: Yard) -> None:
    seen = repository("acme/api", ci=ci("failing", failed(3)))
    known = seen.repository.model_copy(update={"host_id": "R_acme/api"})
    async with room_of(yard, seen.model_copy(update={"repository": known})) as room:
        host = Logs(YAML)
        room.watching[ACME.key] = HostWatch(room, ACME, cast("Host", host))
        for _ in range(2):
            told = (await ci_status(room, "", "ci_3", 2000)).run
            assert told is not None
            assert told.error == "ModuleNotFoundError: No module named 'yaml'"
        assert host.asked == [("acme/api", "ci_3")], "kept for the next question"


async def test_a_log_that_can_not_be_had_is_no_error(yard: Yard) -> None:
    seen = repository("acme/api", ci=ci("failing", failed(3)))
    known = seen.repository.model_copy(update={"host_id": "R_acme/api"})
    async with room_of(yard, seen.model_copy(update={"repository": known})) as room:
        room.watching[ACME.key] = HostWatch(room, ACME, cast("Host", Logs(None)))
        told = (await ci_status(room, "", "ci_3", 2000)).run
        assert told is not None
        assert told.unexplained == "its log was not asked for yet"


class Logs:
    """A host that has the log of every run, or of none."""

    def __init__(self, log: str | None) -> None:
        self.log = log
        self.asked: list[tuple[str, str]] = []

    async def failed_step(self, full_name: str, run: CiRun, *, priority: Priority) -> FailedStep:
        self.asked.append((full_name, run.id))
        if self.log is None:
            raise HostError("the log is gone")
        return FailedStep("build", "Run tests", self.log)
