from datetime import timedelta

import pytest
from tests.judge.builders import NOW, OTHER, ask, branch, clone, only, refs, snapshot, tree, unseen
from tests.judge.desk import Desk, See

from opsroom.model.check import Verdict
from opsroom.model.limits import Limits

RULE = "stale-branches"


LONG_AGO = NOW - timedelta(days=100)


def test_a_merged_branch(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.branch("done")
    repo.git("merge", "-q", "--no-ff", "--no-edit", "done")
    assert only(ask(RULE, see(repo))).message == "1 stale branch: done (merged)"


def test_a_branch_whose_upstream_was_deleted(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.branch("squashed")
    repo.git("push", "-qu", "origin", "squashed")
    repo.git("push", "-q", "origin", "--delete", "squashed")
    assert only(ask(RULE, see(repo))).message == "1 stale branch: squashed (upstream gone)"


def test_a_branch_nobody_touched(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.branch("idea", at=LONG_AGO)
    message = only(ask(RULE, see(repo))).message
    assert message == f"1 stale branch: idea (no commit since {LONG_AGO.date()})"
    patient = Limits(stale_branch=timedelta(days=120))
    assert only(ask(RULE, see(repo), limits=patient)).verdict is Verdict.NO


def test_a_branch_at_work_and_one_that_has_only_begun(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.branch("feature")
    repo.git("branch", "fresh")
    assert only(ask(RULE, see(repo))).verdict is Verdict.NO


def test_the_default_branch_and_a_checked_out_one_are_in_use(desk: Desk, see: See) -> None:
    repo = desk.cloned(at=LONG_AGO)
    repo.branch("old", at=LONG_AGO)
    repo.git("worktree", "add", "-q", "../old", "old")
    assert only(ask(RULE, see(repo))).verdict is Verdict.NO


@pytest.mark.parametrize("name", ["develop", "release/1.2", "v2.x", "gh-pages"])
def test_long_lived_branches_are_left_alone(desk: Desk, see: See, name: str) -> None:
    repo = desk.cloned()
    repo.branch(name, at=LONG_AGO)
    repo.git("merge", "-q", "--no-ff", "--no-edit", name)
    assert only(ask(RULE, see(repo))).verdict is Verdict.NO


def test_a_cut_off_history_does_not_tell_what_was_merged() -> None:
    cut = refs(branch(), branch("feature", head=OTHER, merged=False), shallow=True)
    assert only(ask(RULE, snapshot(clone(refs=cut)))).verdict is Verdict.UNKNOWN
    assert only(ask(RULE, snapshot(clone(refs=refs(shallow=True))))).verdict is Verdict.NO


def test_an_unseen_work_tree_may_have_the_branch_checked_out() -> None:
    done = refs(branch(), branch("done", head=OTHER))
    half = clone(trees=(tree(), unseen("gone")), refs=done)
    assert only(ask(RULE, snapshot(half))).verdict is Verdict.UNKNOWN


def test_many_are_counted_and_a_few_named() -> None:
    several = [branch(f"b{number}", head=OTHER) for number in range(9)]
    outcome = only(ask(RULE, snapshot(clone(refs=refs(branch(), *several)))))
    assert outcome.message == ("9 stale branches: b0 (merged), b1 (merged), b2 (merged) and 6 more")


def test_the_default_branch_is_in_use_whatever_its_name(desk: Desk, see: See) -> None:
    repo = desk.cloned(at=LONG_AGO)
    repo.git("branch", "-m", "main", "home")
    repo.git("push", "-qu", "origin", "home")
    repo.git("remote", "set-head", "origin", "home")
    repo.git("switch", "-qc", "feature")
    assert only(ask(RULE, see(repo))).verdict is Verdict.NO
