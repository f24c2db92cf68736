from datetime import timedelta

from tests.judge.builders import (
    NOW,
    OTHER,
    ask,
    branch,
    clone,
    hosted,
    only,
    refs,
    remote,
    snapshot,
)
from tests.judge.desk import Desk, See

from opsroom.model.check import Verdict
from opsroom.model.severity import Severity

RULE = "unpushed-commits"


def test_commits_of_any_branch_that_were_not_pushed(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.commit()
    repo.branch("feature", commits=1)
    repo.git("push", "-qu", "origin", "feature")
    repo.git("switch", "-q", "feature")
    repo.commit("one.txt")
    repo.commit("two.txt")
    repo.git("switch", "-q", "main")
    outcome = only(ask(RULE, see(repo)))
    assert outcome.message == "3 commits not pushed, on feature, main"
    assert outcome.severity is None


def test_a_week_without_a_push_makes_it_worse(desk: Desk, see: See) -> None:
    repo = desk.cloned(at=NOW - timedelta(days=30))
    repo.commit(at=NOW - timedelta(days=8))
    assert only(ask(RULE, see(repo))).severity is Severity.MEDIUM


def test_a_clone_that_is_level_with_its_remote(desk: Desk, see: See) -> None:
    assert only(ask(RULE, see(desk.cloned()))).verdict is Verdict.NO


def test_behind_is_not_ahead(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    desk.push_from_elsewhere()
    repo.git("fetch", "-q")
    assert only(ask(RULE, see(repo))).verdict is Verdict.NO


def test_counts_against_a_cut_off_history_are_unknown() -> None:
    apart = refs(branch(ahead=2, behind=9), shallow=True)
    assert only(ask(RULE, snapshot(clone(refs=apart)))).verdict is Verdict.UNKNOWN
    ahead = refs(branch(ahead=2), shallow=True)
    assert only(ask(RULE, snapshot(clone(refs=ahead)))).verdict is Verdict.YES


def test_what_the_host_has_was_pushed_from_wherever() -> None:
    ahead = clone(refs=refs(branch(ahead=2, upstream_head=OTHER)))
    assert only(ask(RULE, hosted(ahead))).verdict is Verdict.NO
    assert only(ask(RULE, hosted(ahead, remote=remote(head=OTHER)))).verdict is Verdict.YES
