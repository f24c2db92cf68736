from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opsroom.model.ci import Ci, CiRun
from opsroom.model.host import Untold
from opsroom.model.repository import Repository
from opsroom.model.snapshot import Snapshot
from opsroom.operations.hosts.news import with_run

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
HEAD = "a" * 40


def run(number: int = 10, **more: Any) -> CiRun:
    fields: dict[str, Any] = {
        "host": "github.com",
        "number": number,
        "workflow": "build",
        "path": ".github/workflows/build.yml",
        "event": "push",
        "branch": "main",
        "head": HEAD,
        "status": "running",
        "created_at": NOW,
        "updated_at": NOW,
    }
    return CiRun(**{**fields, **more})


def snapshot(*runs: CiRun, **more: Any) -> Snapshot:
    fields: dict[str, Any] = {"at": NOW, "source": "h", "state": "none", "head": HEAD, "runs": runs}
    ci = Ci(**{**fields, **more})
    return Snapshot(repository=Repository(key="github.com/acme/api", name="acme/api"), ci=ci)


def state(after: Snapshot | None) -> str:
    assert after is not None
    assert isinstance(after.ci, Ci)
    return after.ci.state


DONE: dict[str, Any] = {"status": "done", "conclusion": "success"}
FAILED: dict[str, Any] = {"status": "done", "conclusion": "failure"}


def test_a_run_is_followed_from_its_begin_to_its_end() -> None:
    begun = with_run(snapshot(), run(status="queued"), NOW)
    assert state(begun) == "running"
    assert begun is not None
    going = with_run(begun, run(status="running"), NOW)
    assert going is not None
    # All of it within the second that the host tells.
    assert state(with_run(going, run(**FAILED), NOW)) == "failing"
    done = with_run(going, run(**DONE), NOW)
    assert state(done) == "running", "that all is well is for a look to say"
    assert done is not None
    assert isinstance(done.ci, Ci)
    assert done.ci.runs == (run(**DONE),)


@pytest.mark.parametrize(
    "late",
    [
        run(status="running"),
        run(status="queued"),
        run(**FAILED, updated_at=NOW - timedelta(minutes=1)),
        run(9, **FAILED),
    ],
)
def test_what_comes_late_takes_nothing_back(late: CiRun) -> None:
    assert with_run(snapshot(run(**DONE), state="passing"), late, NOW) is None


def test_a_new_attempt_begins_anew() -> None:
    failed = snapshot(run(**FAILED), state="failing")
    assert state(with_run(failed, run(attempt=2), NOW)) == "running"


@pytest.mark.parametrize(
    "other",
    [run(head="b" * 40), run(event="pull_request"), run(event="merge_group")],
)
def test_what_is_not_about_the_default_branch_says_nothing_of_it(other: CiRun) -> None:
    assert with_run(snapshot(), other, NOW) is None


def test_nothing_is_concluded_that_only_the_host_knows() -> None:
    other = run(11, workflow="lint", path=".github/workflows/lint.yml")
    assert state(with_run(snapshot(other), run(**DONE), NOW)) == "running"
    swept = snapshot(state="running", untold=(Untold(fact="runs", reason="a sweep doesn't tell"),))
    assert state(with_run(swept, run(**DONE), NOW)) == "running"
    assert state(with_run(swept, run(**FAILED), NOW)) == "failing"
    again = snapshot(run(9, **FAILED), state="failing")
    assert state(with_run(again, run(10, **DONE), NOW)) == "failing"
    assert state(with_run(again, run(10), NOW)) == "failing"


@pytest.mark.parametrize("known", ["failing", "running"])
def test_a_run_that_went_well_hides_no_other_check(known: Any) -> None:
    """A status of another tool fails or is awaited: no run of the host's own says so."""
    other = snapshot(run(9, **DONE), state=known)
    assert state(with_run(other, run(10, **DONE), NOW)) == known
    going = snapshot(run(10), state=known)
    assert state(with_run(going, run(10, **DONE), NOW)) == known


def test_a_repository_of_whose_ci_nothing_is_known_waits_for_its_look() -> None:
    bare = Snapshot(repository=Repository(key="github.com/acme/api", name="acme/api"))
    assert with_run(bare, run(), NOW) is None
