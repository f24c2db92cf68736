from tests.judge.builders import ask, clone, only, refs, snapshot, tree
from tests.judge.desk import Desk, See

from opsroom.model.check import Verdict

RULE = "behind-upstream"


def test_commits_that_were_fetched_and_not_taken(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    desk.push_from_elsewhere(commits=2)
    repo.git("fetch", "-q")
    assert only(ask(RULE, see(repo))).message == "main is 2 commits behind origin/main"


def test_both_sides_have_commits(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.commit()
    desk.push_from_elsewhere()
    repo.git("fetch", "-q")
    message = only(ask(RULE, see(repo))).message
    assert message == "main is 1 commit behind origin/main and 1 ahead of it"


def test_what_was_not_fetched_is_not_known_here(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    desk.push_from_elsewhere()
    assert only(ask(RULE, see(repo))).verdict is Verdict.NO


def test_another_branch_that_lags_behind_is_nobodys_business(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    desk.push_from_elsewhere()
    repo.git("fetch", "-q")
    repo.git("switch", "-qc", "feature", "origin/main")
    assert only(ask(RULE, see(repo))).verdict is Verdict.NO


def test_counts_against_a_cut_off_history_are_unknown() -> None:
    cut = clone(trees=(tree(behind=9, ahead=2),), refs=refs(shallow=True))
    assert only(ask(RULE, snapshot(cut))).verdict is Verdict.UNKNOWN
