from tests.judge.builders import ask, only
from tests.judge.desk import Desk, See

from opsroom.model.check import Verdict

RULE = "untracked-files"


def test_a_file_nobody_decided_about_is_a_finding(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.file("notes.txt")
    repo.file("more.txt")
    outcome = only(ask(RULE, see(repo)))
    assert outcome.verdict is Verdict.YES
    assert outcome.message.startswith("2 untracked paths: ")
    assert "notes.txt" in outcome.message


def test_an_ignored_file_is_not(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.file(".gitignore", "*.log\n")
    repo.commit()
    repo.file("run.log")
    assert only(ask(RULE, see(repo))).verdict is Verdict.NO


def test_a_changed_file_is_not(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.file("README.md", "other\n")
    assert only(ask(RULE, see(repo))).verdict is Verdict.NO


def test_examples_are_untracked_and_nothing_else(desk: Desk, see: See) -> None:
    repo = desk.cloned("api", "z.txt")
    repo.file("z.txt", "changed\n")
    repo.file("a.txt")
    assert only(ask(RULE, see(repo))).message == "1 untracked path: a.txt"
