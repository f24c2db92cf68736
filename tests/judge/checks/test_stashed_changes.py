from tests.judge.builders import ask, only
from tests.judge.desk import Desk, See

from opsroom.model.check import Verdict

RULE = "stashed-changes"


def test_work_that_was_put_aside(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    for text in ("one\n", "two\n"):
        repo.file("README.md", text)
        repo.git("stash")
    assert only(ask(RULE, see(repo))).message == "2 stashes"


def test_nothing_was_put_aside(desk: Desk, see: See) -> None:
    assert only(ask(RULE, see(desk.cloned()))).verdict is Verdict.NO


def test_a_stash_that_was_taken_back(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.file("README.md", "one\n")
    repo.git("stash")
    repo.git("stash", "pop")
    assert only(ask(RULE, see(repo))).verdict is Verdict.NO
