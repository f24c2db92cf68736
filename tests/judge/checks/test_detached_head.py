from tests.judge.builders import ask, clone, empty, only, snapshot, tree
from tests.judge.desk import Desk, See

from opsroom.model.check import Verdict
from opsroom.model.severity import Severity

RULE = "detached-head"


def test_a_tag_that_was_checked_out(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.git("tag", "v1")
    repo.git("checkout", "-q", "v1")
    outcome = only(ask(RULE, see(repo)))
    assert outcome.message == f"HEAD is detached at {repo.git('rev-parse', 'HEAD')[:7]}"
    assert outcome.severity is None


def test_commits_that_no_branch_holds_can_be_lost(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.git("checkout", "-q", "--detach")
    repo.commit()
    outcome = only(ask(RULE, see(repo)))
    assert outcome.severity is Severity.HIGH
    assert "git switch -c" in outcome.fix


def test_a_branch_is_checked_out(desk: Desk, see: See) -> None:
    assert only(ask(RULE, see(desk.cloned()))).verdict is Verdict.NO


def test_a_rebase_detaches_head_by_itself(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.branch("feature")
    repo.commit("feature-0.txt", message="clash")
    repo.git("switch", "-q", "feature")
    repo.git("rebase", "main", fails=True)
    assert only(ask(RULE, see(repo))).verdict is Verdict.NO


def test_before_the_first_commit_there_is_no_head_to_detach() -> None:
    assert only(ask(RULE, snapshot(empty()))).verdict is Verdict.NO


def test_not_knowing_whether_commits_are_held_is_said() -> None:
    lone = clone(trees=(tree(branch=None, orphaned_commits=None),))
    assert "could not be told" in only(ask(RULE, snapshot(lone))).message
