from tests.judge.builders import ask, empty, only, snapshot
from tests.judge.desk import Desk, See

from opsroom.model.check import Verdict

RULE = "missing-lockfile"


def test_a_manifest_whose_lockfile_is_not_tracked(desk: Desk, see: See) -> None:
    repo = desk.cloned("api", "README.md", "web/package.json")
    outcome = only(ask(RULE, see(repo)))
    assert outcome.message == "1 manifest without a lockfile: web/package.json"
    assert outcome.location == "web/package.json"


def test_a_manifest_with_its_lockfile(desk: Desk, see: See) -> None:
    repo = desk.cloned("api", "package.json", "package-lock.json")
    assert only(ask(RULE, see(repo))).verdict is Verdict.NO


def test_nothing_to_lock(desk: Desk, see: See) -> None:
    assert only(ask(RULE, see(desk.cloned()))).verdict is Verdict.NO


def test_before_the_first_commit_it_is_too_early_to_tell() -> None:
    assert only(ask(RULE, snapshot(empty()))).verdict is Verdict.UNKNOWN
