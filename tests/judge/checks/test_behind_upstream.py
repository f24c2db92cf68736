from datetime import timedelta
from typing import Any

from tests.judge.builders import (
    HEAD,
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
    tree,
)
from tests.judge.desk import Desk, See

from opsroom.model.check import Outcome, Verdict
from opsroom.model.snapshot import RemoteAddress

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


def apart(**facts: Any) -> Outcome:
    """A clone at HEAD, level with its upstream, and what the host says of its own head."""
    level = clone(refs=refs(branch(upstream_head=HEAD)))
    return only(ask(RULE, hosted(level, remote=remote(**facts))))


def test_the_host_has_commits_that_nobody_fetched() -> None:
    outcome = apart(head=OTHER)
    message = "main is behind its host by an unknown number of commits: 0badcaf was not fetched"
    assert outcome.message == message
    assert "git fetch" in outcome.fix


def test_what_the_host_has_is_here_or_nothing_is_there() -> None:
    assert apart().verdict is Verdict.NO
    assert apart(head=None).verdict is Verdict.NO
    ahead = clone(
        trees=(tree(ahead=1, head=OTHER),),
        refs=refs(branch(head=OTHER, upstream_head=HEAD, ahead=1)),
    )
    assert only(ask(RULE, hosted(ahead))).verdict is Verdict.NO


def test_a_clone_that_moved_since_the_host_was_asked_may_be_the_one_ahead() -> None:
    before = NOW - timedelta(hours=1)
    outcome = apart(head=OTHER, at=before, head_at=NOW - timedelta(days=2))
    assert outcome.verdict is Verdict.UNKNOWN
    newer = apart(head=OTHER, at=before, head_at=NOW - timedelta(hours=2))
    assert newer.verdict is Verdict.YES, "its commit is newer than what is here"


def test_another_branch_and_another_remote_are_not_compared_with_the_host() -> None:
    feature = clone(trees=(tree(branch="x"),), refs=refs(branch(), branch("x")))
    assert only(ask(RULE, hosted(feature, remote=remote(head=OTHER)))).verdict is Verdict.NO
    fork = RemoteAddress(name="origin", url="git@github.com:ann/api.git")
    other = clone(refs=refs(branch(upstream_head=HEAD), remotes=(fork,)))
    assert only(ask(RULE, hosted(other, remote=remote(head=OTHER)))).verdict is Verdict.NO


def test_what_was_fetched_is_counted_and_the_rest_is_said() -> None:
    late = clone(trees=(tree(behind=2),), refs=refs(branch(upstream_head="1" * 40, behind=2)))
    outcome = only(ask(RULE, hosted(late, remote=remote(head=OTHER))))
    assert outcome.message == "main is 2 commits behind origin/main, which was not fetched lately"
