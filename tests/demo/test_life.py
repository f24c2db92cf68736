"""The life of the fleet: the same for the same seed, and something to see within five minutes."""

from pathlib import Path

import pytest
from tests.demo.village import Village, village

from opsroom.demo.life import EVERYDAY, OPENING
from opsroom.judge.ci.signature import explain


def outcome(town: Village) -> object:
    """Everything that a seed decides."""
    runs = [
        (name, run.id, run.head, run.created_at, len(run.attempts), run.newest.conclusion)
        for name, each in town.world.names.items()
        for run in each.runs.values()
    ]
    refs = {name: each.refs for name, each in town.world.names.items()}
    return refs, runs, town.heard, [*town.simulation.life.told], town.simulation.truth.now()


def test_one_seed_and_one_clock_give_one_life(tmp_path: Path) -> None:
    towns = [
        village(tmp_path / name, seed=seed)
        for name, seed in (("first", 5), ("again", 5), ("other", 6))
    ]
    for town in towns:
        town.pass_time(180)
    first, again, other = map(outcome, towns)
    assert first == again
    assert first != other


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Village, list[dict[str, str]]]:
    """Five minutes, and what was true of CI every five seconds."""
    town = village(tmp_path_factory.mktemp("lived"))
    seen: list[dict[str, str]] = []
    town.pass_time(300, lambda second: seen.append(town.ci()) if second % 5 == 0 else None)
    return town, seen


def test_things_break_and_are_mended(lived: tuple[Village, list[dict[str, str]]]) -> None:
    _, seen = lived
    mended: set[str] = set()
    for name in seen[0]:
        states = [each[name] for each in seen]
        if states[0] == "passing" and "failing" in states:
            after = states[states.index("failing") :]
            mended |= {name} if "passing" in after else set()
    assert len(mended) >= 4


def test_one_cause_is_seen_in_several_repositories(
    lived: tuple[Village, list[dict[str, str]]],
) -> None:
    town, _ = lived
    holders: dict[str, set[str]] = {}
    for repository in town.world.repositories.values():
        for run in repository.runs.values():
            for job in run.attempts[0].jobs:
                for step in job.steps:
                    if step.conclusion == "failure":
                        why = explain(job.name, step.name, step.log)
                        assert why.error, step.log
                        holders.setdefault(why.signature, set()).add(repository.full_name)
    assert max(map(len, holders.values())) >= 3


def test_all_kinds_of_things_happen(lived: tuple[Village, list[dict[str, str]]]) -> None:
    town, _ = lived
    happened = {(event, action) for event, action, _ in town.heard}
    assert happened >= {
        ("push", None),
        ("pull_request", "opened"),
        ("pull_request", "closed"),
        ("dependabot_alert", "created"),
        ("dependabot_alert", "fixed"),
        ("branch_protection_rule", "deleted"),
        ("branch_protection_rule", "created"),
        ("issues", "opened"),
        ("workflow_run", "completed"),
    }
    said = " ".join(town.simulation.life.told)
    for step in ("Kim edits", "Kim commits", "Kim pushes", "Sam pushes", "Kim pulls", "again"):
        assert step in said


def test_no_story_keeps_a_repository_for_ever(
    lived: tuple[Village, list[dict[str, str]]],
) -> None:
    town, _ = lived
    assert len(town.simulation.life.busy) < 14


def test_every_story_ends(tmp_path: Path) -> None:
    """Much of an hour of everyday life, in which every kind of story is told."""
    town = village(tmp_path, seed=9)
    town.pass_time(1000)
    assert len(town.simulation.life.busy) < 14
    assert len(town.simulation.life.told) > 120
    assert len(EVERYDAY) >= len({teller for _, teller in OPENING})


def test_no_speed_is_still_but_builds_end(tmp_path: Path) -> None:
    town = village(tmp_path)
    town.pass_time(30)
    assert "running" in town.ci().values()
    town.still()
    pushes = [one for one in town.heard if one[0] == "push"]
    town.pass_time(120)
    assert [one for one in town.heard if one[0] == "push"] == pushes
    assert "running" not in town.ci().values()


def test_twice_the_speed_is_twice_the_life(tmp_path: Path) -> None:
    slow, quick = village(tmp_path / "slow"), village(tmp_path / "quick")
    quick.simulation.life.speed = 2
    slow.pass_time(101)
    quick.pass_time(51)
    told = [*slow.simulation.life.told], [*quick.simulation.life.told]
    assert len(told[0]) > 10
    assert abs(len(told[0]) - len(told[1])) <= 1


def test_a_small_fleet_lives_too(tmp_path: Path) -> None:
    town = village(tmp_path, 2)
    town.pass_time(300)
    assert town.simulation.life.told
