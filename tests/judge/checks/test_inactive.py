from datetime import timedelta

from tests.judge.builders import (
    NOW,
    ask,
    blind,
    clone,
    hosted,
    only,
    refs,
    remote,
    snapshot,
    unasked,
)
from tests.judge.desk import Desk, See

from opsroom.model.check import Verdict
from opsroom.model.limits import Limits

RULE = "inactive"


LONG_AGO = NOW - timedelta(days=400)


def test_nobody_committed_for_a_year(desk: Desk, see: See) -> None:
    seen = see(desk.cloned(at=LONG_AGO))
    assert only(ask(RULE, seen)).message == f"no commit since {LONG_AGO.date()}"
    patient = Limits(inactive=timedelta(days=500))
    assert only(ask(RULE, seen, limits=patient)).verdict is Verdict.NO


def test_a_commit_on_any_branch_is_life(desk: Desk, see: See) -> None:
    repo = desk.cloned(at=LONG_AGO)
    repo.branch("feature")
    assert only(ask(RULE, see(repo))).verdict is Verdict.NO


def test_without_a_commit_it_can_not_be_told(desk: Desk, see: See) -> None:
    repo = desk.bare_folder("new")
    repo.git("init", "-q")
    assert only(ask(RULE, see(repo))).message == "no commit yet"


def test_an_unseen_clone_may_be_the_active_one() -> None:
    old = clone("/code/old", refs=refs(last_commit_at=LONG_AGO))
    assert only(ask(RULE, snapshot(old))).verdict is Verdict.YES
    assert only(ask(RULE, snapshot(old, blind()))).verdict is Verdict.UNKNOWN
    assert only(ask(RULE, snapshot(old, clone()))).verdict is Verdict.NO


def test_a_push_to_the_host_is_activity() -> None:
    asleep = clone(refs=refs(last_commit_at=LONG_AGO))
    assert only(ask(RULE, hosted(asleep))).verdict is Verdict.NO
    still = remote(pushed_at=LONG_AGO, head_at=LONG_AGO)
    assert only(ask(RULE, hosted(asleep, remote=still))).verdict is Verdict.YES


def test_without_a_clone_the_host_tells() -> None:
    assert only(ask(RULE, hosted())).verdict is Verdict.NO
    outcome = only(ask(RULE, hosted(remote=remote(pushed_at=LONG_AGO, head_at=None))))
    assert outcome.message == f"no commit since {LONG_AGO.date()}"
    assert outcome.location == "https://github.com/acme/api"
    nothing = remote(pushed_at=None, head_at=None, head=None, empty=True)
    assert only(ask(RULE, hosted(remote=nothing))).verdict is Verdict.UNKNOWN
    assert only(ask(RULE, hosted(remote=unasked("down")))).message == "down"


def test_what_was_archived_is_at_rest() -> None:
    still = remote(pushed_at=LONG_AGO, head_at=LONG_AGO, archived=True)
    assert only(ask(RULE, hosted(remote=still))).verdict is Verdict.NO
