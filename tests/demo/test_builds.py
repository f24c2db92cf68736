"""Builds: what they do follows from seed, repository, commit, attempt and files alone."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.demo.village import NOW, Village, village

from opsroom.demo.catalogue import PLOTS, Plot
from opsroom.demo.ci.breaks import BREAKS, ROLE, Break, break_of, filled
from opsroom.demo.ci.course import HANGS, Occasion, course
from opsroom.demo.ci.files import read_workflow
from opsroom.demo.github.acts.pulls import open_pull
from opsroom.demo.github.acts.pushes import commit_files
from opsroom.demo.github.acts.runs import cancel_run, rerun
from opsroom.demo.github.state.actions import ActionsRun
from opsroom.demo.github.state.repository import Hosted
from opsroom.judge.ci.signature import explain


def plot(name: str) -> Plot:
    return next(each for each in PLOTS if each.name == name)


def occasion(name: str, *, text: str = "", **more: object) -> Occasion:
    usual = {"commit": "a" * 40, "path": ".github/workflows/ci.yml", "attempt": 1}
    return Occasion(
        1,
        plot(name),
        files=lambda _: text,
        shared=lambda _: "",
        **{**usual, **more},  # type: ignore[arg-type]  # fields of Occasion
    )


def with_a_broken_setup(name: str) -> Occasion:
    def shared(_: str) -> str:
        return "        with:\n          version: 0.4.99\n"

    return replace(occasion(name), shared=shared)


def test_the_same_occasion_has_the_same_course() -> None:
    assert course(occasion("recipe-box")) == course(occasion("recipe-box"))
    assert course(occasion("recipe-box")) != course(occasion("recipe-box", commit="b" * 40))


def test_a_flaky_build_may_pass_when_tried_again() -> None:
    endings = [
        course(occasion("garden-sensors", attempt=attempt, flaky=True)).conclusion
        for attempt in range(1, 9)
    ]
    assert {"failure", "success"} == set(endings)


def test_after_a_failed_step_only_the_last_one_runs() -> None:
    ended = course(with_a_broken_setup("recipe-box"))
    endings = [step.conclusion for step in ended.steps]
    assert endings == ["success", "success", "failure", "skipped", "success"]
    assert ended.conclusion == "failure"


def test_users_of_a_broken_shared_workflow_fail_alike() -> None:
    told = [
        explain("test", step.name, step.log).signature
        for name in ("recipe-box", "weather-station", "libmqtt-py")
        for step in course(with_a_broken_setup(name)).steps
        if step.conclusion == "failure"
    ]
    assert len(told) == 3
    assert len(set(told)) == 1


def test_a_commit_may_hang_once() -> None:
    assert course(occasion("meter-reader", hangs=True)).conclusion == "cancelled"
    assert course(occasion("meter-reader", hangs=True)).seconds > 15 * 60


@pytest.mark.parametrize("how", [*BREAKS.values(), ROLE], ids=lambda how: how.path)
def test_logs_say_what_broke(how: Break) -> None:
    """The signature of a break is the same in every repository that breaks so."""
    ones = [each for each in PLOTS if break_of(each) is how]
    told = [explain("test", "Run", filled(how.said, each)) for each in ones]
    assert all(each.error for each in told)
    assert len({each.signature for each in told}) == 1, [each.error for each in told]
    assert "exit code" not in told[0].error


@pytest.fixture
def town(tmp_path: Path) -> Village:
    return village(tmp_path, clones=False).still()


def push(town: Village, repository: Hosted, path: str, text: str, said: str = "Try") -> ActionsRun:
    commit_files(town.world, repository, "main", {path: text}, said, town.simulation.town.sam)
    return [*repository.runs.values()][-1]


def test_a_push_is_built(town: Village) -> None:
    box = town.repository("kim/units-go")
    before = len(box.runs)
    run = push(town, box, "ideas.md", "a\n")
    assert (len(box.runs), run.newest.status) == (before + 1, "queued")
    seen: list[str] = []
    town.pass_time(60, lambda _: seen.append(run.newest.status))
    assert [*dict.fromkeys(seen)] == ["queued", "in_progress", "completed"]
    assert run.newest.conclusion == "success"
    assert "ok" in run.newest.jobs[0].steps[-2].log
    told = [(event, action) for event, action, _ in town.heard if event == "workflow_run"]
    assert told == [("workflow_run", each) for each in ("requested", "in_progress", "completed")]


def test_whoever_mends_the_file_mends_the_build(town: Village) -> None:
    box = town.repository("kim/meter-reader")
    text = town.simulation.town.text(box, box.head, "src/main.rs")
    broken = push(town, box, "src/main.rs", text.replace("println!", "printn!"))
    town.pass_time(60)
    assert broken.newest.conclusion == "failure"
    failed = next(step for step in broken.newest.jobs[0].steps if step.conclusion == "failure")
    assert "cannot find macro" in failed.log
    rerun(town.world, box, broken, town.simulation.town.kim)
    town.pass_time(60)
    assert (len(broken.attempts), broken.newest.conclusion) == (2, "failure"), "no flake"
    mended = push(town, box, "src/main.rs", text)
    town.pass_time(60)
    assert mended.newest.conclusion == "success"


def test_a_run_can_be_cancelled(town: Village) -> None:
    box = town.repository("kim/units-go")
    run = push(town, box, "ideas.md", "a\n", HANGS)
    town.pass_time(60)
    assert run.newest.status == "in_progress"
    cancel_run(town.world, box, run)
    town.pass_time(1000)
    assert (run.newest.conclusion, len(run.attempts)) == ("cancelled", 1)


def test_pull_requests_are_built(town: Village) -> None:
    box, kim = town.repository("kim/units-go"), town.simulation.town.kim
    before = len(box.runs)
    commit_files(town.world, box, "try", {"ideas.md": "a\n"}, "Try", kim)
    assert len(box.runs) == before, "nothing is built of a branch alone"
    pull = open_pull(town.world, box, "try", "main", "Try", None, kim)
    run = [*box.runs.values()][-1]
    assert (run.event, run.head, run.pulls) == ("pull_request", pull.head, (pull.number,))
    commit_files(town.world, box, "try", {"ideas.md": "b\n"}, "Try again", kim)
    assert [*box.runs.values()][-1].head == pull.head != run.head


def test_a_workflow_of_somebody_else_is_run_too(town: Village) -> None:
    box = town.repository("kim/dotfiles")
    text = "on: [push]\njobs:\n  work:\n    runs-on: x\n    steps:\n      - run: {}\n"
    path = ".github/workflows/other.yml"
    passing = push(town, box, path, text.format("make"))
    failing = push(town, box, path, text.format("exit 1"))
    town.pass_time(30)
    assert passing.workflow.path == failing.workflow.path == path
    assert (passing.newest.conclusion, failing.newest.conclusion) == ("success", "failure")


def test_triggers_are_read() -> None:
    file = read_workflow(
        "x.yml", "'on':\n  push:\n    branches: [main, next]\n  schedule:\njobs:\n"
    )
    assert file.events == {"push", "schedule"}
    assert (file.starts_on_push("next"), file.starts_on_push("other")) == (True, False)
    assert not read_workflow("x.yml", "on: workflow_dispatch\n").starts_on_push("main")
    assert read_workflow("x.yml", "").name == "x.yml"


def test_builds_use_the_clock_of_the_world(town: Village) -> None:
    run = push(town, town.repository("kim/units-go"), "ideas.md", "a\n")
    assert run.created_at == NOW
