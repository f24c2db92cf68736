import pytest
from tests.judge.builders import ask, only
from tests.judge.desk import Desk, Repo, See

from opsroom.model.check import Verdict
from opsroom.model.severity import Severity

RULE = "merge-in-progress"


def clashing(desk: Desk) -> Repo:
    """`main` and `feature` both add the same file, with other words."""
    repo = desk.cloned()
    repo.branch("feature")
    repo.commit("feature-0.txt", message="clash")
    return repo


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (("merge", "feature"), "merge"),
        (("rebase", "feature"), "rebase"),
        (("cherry-pick", "feature"), "cherry-pick"),
    ],
)
def test_conflicts_leave_the_work_tree_between_two_states(
    desk: Desk, see: See, command: tuple[str, ...], name: str
) -> None:
    repo = clashing(desk)
    repo.git(*command, fails=True)
    outcome = only(ask(RULE, see(repo)))
    assert outcome.message == f"{name} in progress, with 1 conflict"
    assert outcome.severity is Severity.HIGH


def test_a_merge_that_only_waits_for_its_commit(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.branch("feature")
    repo.commit()
    repo.git("merge", "-q", "--no-commit", "feature")
    outcome = only(ask(RULE, see(repo)))
    assert outcome.message == "merge in progress"
    assert outcome.severity is None


def test_a_bisect_that_was_forgotten(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.git("bisect", "start")
    assert only(ask(RULE, see(repo))).message == "bisect in progress"


def test_a_merge_that_was_ended(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.branch("feature")
    repo.git("merge", "-q", "--no-ff", "--no-edit", "feature")
    assert only(ask(RULE, see(repo))).verdict is Verdict.NO


def test_a_stash_that_clashed_leaves_conflicts_and_no_operation(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.file("README.md", "mine\n")
    repo.git("stash")
    repo.file("README.md", "other\n")
    repo.commit("else.txt")
    repo.git("stash", "pop", fails=True)
    outcome = only(ask(RULE, see(repo)))
    assert outcome.message == "a merge was left unresolved, with 1 conflict"
    assert outcome.severity is Severity.HIGH
