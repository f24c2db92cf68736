from datetime import timedelta

from tests.judge.builders import NOW, ask, blind, clone, only, refs, snapshot
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
