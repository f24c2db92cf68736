from tests.judge.builders import ask, blind, ci, clone, hosted, only, snapshot, unasked, verdicts
from tests.judge.desk import Desk, See

from opsroom.model.check import Verdict

RULE = "unreadable"


def test_a_clone_whose_index_is_broken(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    (repo.path / ".git" / "index").write_bytes(b"DIRC garbage")
    outcome = only(ask(RULE, see(repo)))
    assert outcome.verdict is Verdict.YES
    assert outcome.subject == str(repo.path)
    assert outcome.message.startswith("could not be observed: ")


def test_a_clone_that_can_be_read(desk: Desk, see: See) -> None:
    assert only(ask(RULE, see(desk.cloned()))).verdict is Verdict.NO


def test_one_reason_is_said_once_and_each_clone_speaks_for_itself() -> None:
    bad, good = ask(RULE, snapshot(blind("/code/bad", "no permission"), clone()))
    assert bad.message == "could not be observed: no permission"
    assert good.verdict is Verdict.NO


def test_a_host_that_did_not_tell_is_one_more() -> None:
    outcomes = ask(RULE, hosted(clone(), ci=unasked("timed out"), listed=unasked("timed out")))
    said = {outcome.subject: outcome.message for outcome in outcomes}
    assert said == {"/code/api": "", "host": "could not be observed on its host: timed out"}
    assert verdicts(ask(RULE, hosted(ci=ci()))) == {Verdict.NO}
