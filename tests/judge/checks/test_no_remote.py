from tests.judge.builders import ask, only
from tests.judge.desk import Desk, See

from opsroom.model.check import Verdict
from opsroom.model.severity import Severity

RULE = "no-remote"


def test_a_repository_that_never_left_this_machine(desk: Desk, see: See) -> None:
    outcome = only(ask(RULE, see(desk.local())))
    assert outcome.verdict is Verdict.YES
    assert "only copy" in outcome.message


def test_a_remote_is_a_second_copy(desk: Desk, see: See) -> None:
    assert only(ask(RULE, see(desk.cloned()))).verdict is Verdict.NO


def test_a_bare_repository_may_have_been_cloned(desk: Desk, see: See) -> None:
    desk.cloned()
    assert only(ask(RULE, see(desk.host()))).severity is Severity.LOW


def test_without_a_commit_there_is_nothing_to_lose(desk: Desk, see: See) -> None:
    repo = desk.bare_folder("new")
    repo.git("init", "-q")
    assert only(ask(RULE, see(repo))).verdict is Verdict.NO
