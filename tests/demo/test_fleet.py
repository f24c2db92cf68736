import json
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsroom.demo.catalogue import FOUND_ON_DISK, PLOTS, plots, rule_of
from opsroom.demo.fleet import Fleet, build
from opsroom.errors import UsageError
from opsroom.judge.examination import built_in
from opsroom.operations.audit import Audit, audit
from opsroom.settings import Settings, for_paths

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def heads(fleet: Fleet) -> dict[str, str]:
    return {
        plot.full_name: subprocess.run(
            ["git", "rev-parse", "HEAD", "refs/remotes/origin/main"],
            cwd=fleet.clone(plot),
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        for plot in fleet.cloned
    }


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    return build(tmp_path_factory.mktemp("fleet"), 24, 1, datetime.now(UTC))


@pytest.fixture(scope="module")
def seen(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return audit(for_paths([fleet.code], Settings(home=tmp_path_factory.mktemp("home"))))


def test_every_planted_fault_is_found(fleet: Fleet, seen: Audit) -> None:
    found = {
        (each.snapshot.repository.name, finding.rule)
        for each in seen.repositories
        for finding in each.findings
    }
    assert fleet.planted <= found


def test_every_rule_that_a_clone_can_break_is_shown() -> None:
    shown = {rule_of(fault) for plot in (*PLOTS, *FOUND_ON_DISK) for fault in plot.faults}
    only_a_host_tells = {
        "extra-clone",
        "failing-ci",
        "missing-clone",
        "unprotected-default-branch",
        "vulnerability-alerts-off",
    }
    assert built_in().keys() - shown - only_a_host_tells == {"stale-tags"}


def test_names_are_those_of_the_catalogue(fleet: Fleet, seen: Audit) -> None:
    names = {each.snapshot.repository.name for each in seen.repositories}
    assert names == {plot.full_name for plot in fleet.cloned}
    assert len(names) == 24


def test_every_grade_is_on_the_page(seen: Audit) -> None:
    grades = [each.health.grade.value for each in seen.repositories]
    assert set(grades) == {"green", "yellow", "red", "unknown"}
    assert grades.count("green") > len(grades) / 2


def test_one_seed_one_fleet(tmp_path: Path) -> None:
    first = build(tmp_path / "first", 8, 7, NOW)
    again = build(tmp_path / "again", 8, 7, NOW)
    other = build(tmp_path / "other", 8, 8, NOW)
    assert heads(first) == heads(again)
    assert heads(first) != heads(other)


def test_it_is_quick(tmp_path: Path) -> None:
    began = time.perf_counter()
    build(tmp_path, 24, 2, NOW)
    assert time.perf_counter() - began < 10


def test_a_kept_fleet_is_left_as_it_is(tmp_path: Path) -> None:
    fleet = build(tmp_path, 2, 1, NOW)
    before = heads(fleet)
    assert heads(build(tmp_path, 2, 1, datetime.now(UTC))) == before


def test_a_fleet_of_another_size_is_refused(tmp_path: Path) -> None:
    build(tmp_path, 2, 1, NOW)
    with pytest.raises(UsageError, match="holds a demo of"):
        build(tmp_path, 3, 1, NOW)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match="not empty"):
        build(tmp_path, 1, 1, NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("count", [0, 20_001])
def test_sizes_have_bounds(tmp_path: Path, count: int) -> None:
    with pytest.raises(UsageError):
        build(tmp_path, count, 1, NOW)


def test_names_stay_unique_in_a_large_fleet() -> None:
    names = [plot.full_name for plot in plots(10_000)]
    assert len(set(names)) == 10_000


def test_a_person_can_push_in_a_clone(fleet: Fleet) -> None:
    """The remote's address is on a host that isn't there, and Git reaches it all the same."""
    plot = next(plot for plot in fleet.plots if plot.name == "units-go")
    for arguments in (["commit", "--allow-empty", "-qm", "by hand"], ["push", "-q"]):
        subprocess.run(["git", *arguments], cwd=fleet.clone(plot), check=True)
    newest = subprocess.run(
        ["git", "log", "-1", "--format=%s", "main"],
        cwd=fleet.upstream(plot),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert newest == "by hand\n"


def test_the_marker_says_what_is_there(tmp_path: Path) -> None:
    build(tmp_path, 1, 9, NOW)
    told = json.loads((tmp_path / "demo.json").read_text())
    assert (told["repositories"], told["seed"], told["taken_up"]) == (1, 9, 0)
