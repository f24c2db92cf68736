from tests.judge.builders import ask, only
from tests.judge.desk import Desk, See

from opsroom.model.check import Verdict

RULE = "default-branch-drift"


def test_both_sides_of_main_have_commits(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.commit()
    desk.push_from_elsewhere(commits=2)
    repo.git("fetch", "-q")
    repo.git("switch", "-qc", "feature")
    message = only(ask(RULE, see(repo))).message
    assert message == "main has diverged from origin/main: 1 ahead, 2 behind"


def test_a_feature_branch_that_is_checked_out_is_no_drift(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.branch("feature")
    repo.git("switch", "-q", "feature")
    assert only(ask(RULE, see(repo))).verdict is Verdict.NO


def test_only_ahead_or_only_behind_is_no_drift(desk: Desk, see: See) -> None:
    ahead = desk.cloned("ahead")
    ahead.commit()
    behind = desk.cloned("behind")
    desk.push_from_elsewhere("behind")
    behind.git("fetch", "-q")
    assert only(ask(RULE, see(ahead))).verdict is Verdict.NO
    assert only(ask(RULE, see(behind))).verdict is Verdict.NO


def test_main_was_renamed_on_the_host(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.git("push", "-q", "origin", "main:trunk")
    desk.host().git("symbolic-ref", "HEAD", "refs/heads/trunk")
    repo.git("push", "-q", "origin", "--delete", "main")
    message = only(ask(RULE, see(repo))).message
    assert message == "origin/main, which main follows, is gone"


def test_a_cut_off_history_does_not_tell(desk: Desk, see: See) -> None:
    desk.cloned().commit()
    desk.push_from_elsewhere(commits=3)
    shallow = desk.another("api", "shallow", "--depth", "1")
    shallow.commit()
    desk.push_from_elsewhere(commits=3)
    shallow.git("fetch", "-q", "--depth", "1")
    assert only(ask(RULE, see(shallow))).verdict is Verdict.UNKNOWN
