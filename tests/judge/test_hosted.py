import pytest
from tests.judge.builders import ci, hosted, snapshot, unasked

from opsroom.judge.hosted import ci_state, protects, with_last
from opsroom.model.ci import Ci
from opsroom.model.snapshot import Snapshot


def last(*states: str) -> str | None:
    """What CI last came to after it went through these states."""
    before: Snapshot | None = None
    for state in states:
        before = with_last(hosted(ci=unasked() if state == "?" else ci(state)), before)
    assert before is not None
    return before.ci.last if isinstance(before.ci, Ci) else None


@pytest.mark.parametrize(
    ("states", "came_to"),
    [
        (("failing",), "failing"),
        (("failing", "running"), "failing"),
        (("failing", "running", "running", "running"), "failing"),
        (("failing", "running", "passing", "running"), "passing"),
        (("running",), None),
        (("failing", "none", "running"), None),
        (("failing", "?", "running"), None),
    ],
)
def test_what_ci_said_last_stands_while_it_runs(states: tuple[str, ...], came_to: str) -> None:
    assert last(*states) == came_to


def test_without_a_host_there_is_nothing_to_remember() -> None:
    seen = snapshot()
    assert with_last(seen, hosted(ci=ci("failing"))) is seen
    assert ci_state(seen) is None


def test_a_pattern_takes_the_branches_that_it_takes_on_a_host() -> None:
    assert protects("release/*", "release/1")
    assert not protects("release/*", "release/1/2")
    assert not protects("*", "a/b")
