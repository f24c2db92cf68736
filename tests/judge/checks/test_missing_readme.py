import pytest
from tests.judge.builders import ask, blind, clone, empty, files, only, snapshot
from tests.judge.desk import Desk, See

from opsroom.judge.examination import built_in
from opsroom.judge.profile import severity
from opsroom.model.check import Verdict
from opsroom.model.limits import Profile
from opsroom.model.severity import Severity

RULE = "missing-readme"


def test_it_is_missing(desk: Desk, see: See) -> None:
    repo = desk.cloned("api", "main.py")
    assert only(ask(RULE, see(repo))).message == "no README is tracked"


@pytest.mark.parametrize("name", ["README.md", "readme.rst", "README"])
def test_it_is_there(desk: Desk, see: See, name: str) -> None:
    repo = desk.cloned("api", name)
    assert only(ask(RULE, see(repo))).verdict is Verdict.NO


def test_it_is_there_and_not_tracked(desk: Desk, see: See) -> None:
    repo = desk.cloned("api", "main.py")
    repo.file("README.md")
    assert only(ask(RULE, see(repo))).verdict is Verdict.YES


def test_one_person_alone_is_only_told() -> None:
    check = built_in()[RULE]
    assert severity(check, Profile.PERSONAL) is Severity.INFO


def test_before_the_first_commit_it_is_too_early_to_tell(desk: Desk, see: See) -> None:
    repo = desk.bare_folder("new")
    repo.git("init", "-q")
    outcome = only(ask(RULE, see(repo)))
    assert outcome.verdict is Verdict.UNKNOWN
    assert outcome.message == "no commit yet"


def test_a_bare_repository_is_read_from_its_head(desk: Desk, see: See) -> None:
    desk.cloned("with", "README.md")
    desk.cloned("without", "main.py")
    assert only(ask(RULE, see(desk.host("with")))).verdict is Verdict.NO
    assert only(ask(RULE, see(desk.host("without")))).verdict is Verdict.YES


def test_one_clone_that_has_it_is_enough() -> None:
    old = clone("/code/old", files=files(readme=None))
    assert only(ask(RULE, snapshot(old, clone()))).verdict is Verdict.NO
    assert only(ask(RULE, snapshot(old, blind()))).verdict is Verdict.UNKNOWN
    assert only(ask(RULE, snapshot(old, empty()))).verdict is Verdict.YES
