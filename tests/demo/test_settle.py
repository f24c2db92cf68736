"""The fleet as the host has it when it begins, and when it is taken up again."""

import time
from collections import Counter
from pathlib import Path

import pytest
from tests.demo.village import Village, village

from opsroom.demo.catalogue import PLOTS
from opsroom.demo.github.acts.pulls import open_pull
from opsroom.demo.github.acts.pushes import commit_files
from opsroom.demo.github.state.repository import Hosted


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Village:
    return village(tmp_path_factory.mktemp("village"), clones=False)


def test_all_of_the_catalogue_is_there(town: Village) -> None:
    names = [each.full_name for each in town.world.repositories.values()]
    assert names == [plot.slug for plot in PLOTS]
    assert len(names) == 24


def test_a_former_name_leads_to_the_new_one(town: Village) -> None:
    assert town.repository("kim/door-bell").full_name == "kim/doorbell"


def test_ills_are_there_to_be_seen(town: Village) -> None:
    assert town.repository("homelab/backup-scripts").archived
    assert town.repository("kim/budget").private
    assert not town.repository("homelab/workflows").protections
    assert town.repository("homelab/terraform-dns").protections["main"].checks
    assert [each.state for each in town.repository("kim/recipe-box").code.values()] == ["open"]
    assert town.repository("homelab/terraform-cloud").secrets[1].state == "open"
    failing = {name for name, state in town.ci().items() if state == "failing"}
    assert {"homelab/cluster", "kim/energy-dashboard"} <= failing
    assert len(failing) <= 5


def packages(repository: Hosted) -> set[str]:
    return {each.advisory.package for each in repository.dependabot.values()}


def test_alerts_are_about_what_is_locked(town: Village) -> None:
    assert packages(town.repository("kim/budget")) == {"lodash", "minimist", "node-fetch"}
    assert packages(town.repository("kim/doorbell")) == {"golang.org/x/net"}
    assert packages(town.repository("kim/energy-dashboard")) == set(), "nothing is locked there"


def test_builds_ran_when_commits_were_pushed(town: Village) -> None:
    for repository in town.world.repositories.values():
        for run in repository.runs.values():
            pushed = repository.objects.commit(run.head).committer.at
            assert 0 < (run.created_at - pushed).total_seconds() < 60
            attempt = run.newest
            assert attempt.status == "completed"
            assert 2 < (attempt.updated_at - run.created_at).total_seconds() < 120
            times = [step.started_at for step in attempt.jobs[0].steps if step.started_at]
            assert times == sorted(times)
    conclusions = Counter(
        run.newest.conclusion
        for each in town.world.repositories.values()
        for run in each.runs.values()
    )
    assert conclusions["success"] > 4 * conclusions["failure"] > 0


def test_affairs_are_under_way(town: Village) -> None:
    budget = town.repository("kim/budget")
    (pull,) = budget.pulls.values()
    assert pull.issue.title == "Bump lodash from 4.17.20 to 4.17.21"
    assert [check.conclusion for suite in budget.checks(pull.head) for check in suite.runs]
    assert [each.state for each in town.repository("kim/recipe-box").issues.values()] == ["open"]


def test_what_was_proposed_is_still_so_when_a_fleet_is_taken_up(tmp_path: Path) -> None:
    first = village(tmp_path, clones=False)
    box, sam = first.repository("kim/units-go"), first.simulation.town.sam
    commit_files(first.world, box, "try", {"ideas.md": "a\n"}, "Try it", sam)
    open_pull(first.world, box, "try", "main", "Try it", None, sam)
    again = village(tmp_path, clones=False)
    (pull,) = again.repository("kim/units-go").pulls.values()
    assert (pull.issue.title, pull.issue.author.login) == ("Try it", "sam")
    assert len(again.repository("kim/budget").pulls) == 1


def test_required_checks_are_those_that_report(town: Village) -> None:
    for repository in town.world.repositories.values():
        for rule in repository.protections.values():
            reported = {
                check.name
                for suite in repository.checks(repository.head or "")
                for check in suite.runs
            }
            assert {name for name, _ in rule.checks or ()} <= reported


def test_ids_are_not_used_again_when_a_fleet_is_taken_up(tmp_path: Path) -> None:
    first = village(tmp_path, 3, clones=False)
    again = village(tmp_path, 3, clones=False)
    ids = [[each.id for each in one.world.repositories.values()] for one in (first, again)]
    assert ids[0] == ids[1], "what it began with is the same"
    assert again.world.ids.number() > first.world.ids.number() + 100_000


def test_a_large_fleet_is_there_at_once(tmp_path: Path) -> None:
    began = time.perf_counter()
    town = village(tmp_path, 600, clones=False)
    assert time.perf_counter() - began < 10
    assert len(town.world.repositories) == 600
    laid = [each for each in town.world.repositories.values() if each.objects.on_disk]
    assert laid == [], "objects are laid down at first access"
    last = [*town.world.repositories.values()][-1]
    assert last.objects.git("rev-parse", "main") == last.head
    assert last.objects.git("fsck", "--strict") == ""
