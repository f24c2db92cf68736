import pytest
from tests.judge.builders import ask, only
from tests.judge.desk import Desk, See

from opsroom.judge.examination import built_in
from opsroom.judge.profile import severity
from opsroom.model.check import Verdict
from opsroom.model.limits import Profile
from opsroom.model.severity import Severity

RULE = "missing-license"


def test_it_is_missing(desk: Desk, see: See) -> None:
    repo = desk.cloned("api", "main.py")
    assert only(ask(RULE, see(repo))).message == "no license is tracked"


@pytest.mark.parametrize("name", ["LICENSE", "COPYING", "LICENSE.md"])
def test_it_is_there(desk: Desk, see: See, name: str) -> None:
    repo = desk.cloned("api", name)
    assert only(ask(RULE, see(repo))).verdict is Verdict.NO


def test_it_is_there_and_not_tracked(desk: Desk, see: See) -> None:
    repo = desk.cloned("api", "main.py")
    repo.file("LICENSE")
    assert only(ask(RULE, see(repo))).verdict is Verdict.YES


def test_one_person_alone_is_only_told() -> None:
    check = built_in()[RULE]
    assert severity(check, Profile.PERSONAL) is Severity.INFO
