from tests.judge.builders import (
    HEAD,
    OTHER,
    ask,
    branch,
    clone,
    hosted,
    only,
    refs,
    remote,
    unasked,
    verdicts,
)
from tests.judge.desk import Desk, See

from opsroom.model.check import Verdict
from opsroom.model.snapshot import RemoteAddress

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


def test_origins_head_is_not_the_hosts_default_branch() -> None:
    outcomes = ask(RULE, hosted(clone(), remote=remote(default_branch="trunk")))
    said = {outcome.message for outcome in outcomes if outcome.verdict is Verdict.YES}
    assert said == {"origin/HEAD is main; the default branch on the host is trunk"}


def test_origins_head_may_be_right_absent_or_of_another_repository() -> None:
    fork = RemoteAddress(name="origin", url="https://github.com/ann/api")
    for seen in (
        hosted(clone()),
        hosted(clone(refs=refs(remote_default_branch=None)), remote=remote(default_branch="x")),
        hosted(clone(refs=refs(remotes=(fork,))), remote=remote(default_branch="x")),
    ):
        assert verdicts(ask(RULE, seen)) == {Verdict.NO}


def test_a_host_that_does_not_answer_says_nothing_of_origins_head() -> None:
    outcomes = ask(RULE, hosted(clone(), remote=unasked()))
    assert {outcome.subject: outcome.verdict for outcome in outcomes} == {
        "/code/api": Verdict.NO,
        "/code/api origin/HEAD": Verdict.UNKNOWN,
    }


def test_both_sides_have_commits_and_only_the_host_knows_of_its_own() -> None:
    ahead = clone(refs=refs(branch(head=OTHER, upstream_head=HEAD, ahead=2)))
    outcomes = ask(RULE, hosted(ahead, remote=remote(head="1" * 40)))
    said = [outcome.message for outcome in outcomes if outcome.verdict is Verdict.YES]
    assert said == ["main has 2 commits that its host has not, which has others"]
