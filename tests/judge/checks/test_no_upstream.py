from tests.judge.builders import ask, branch, clone, only, refs, snapshot
from tests.judge.desk import Desk, See

from opsroom.model.check import Verdict

RULE = "no-upstream"


def test_a_branch_with_work_that_follows_nothing(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.branch("feature")
    assert only(ask(RULE, see(repo))).message == "feature follows no branch of a remote"


def test_main_that_was_never_pushed_with_u(desk: Desk, see: See) -> None:
    repo = desk.local()
    repo.git("remote", "add", "origin", str(desk.host().path))
    assert only(ask(RULE, see(repo))).message == "main follows no branch of a remote"


def test_a_branch_that_has_only_begun_or_was_merged(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.git("branch", "fresh")
    repo.branch("done")
    repo.git("merge", "-q", "--no-edit", "done")
    assert only(ask(RULE, see(repo))).verdict is Verdict.NO


def test_every_branch_follows_one(desk: Desk, see: See) -> None:
    assert only(ask(RULE, see(desk.cloned()))).verdict is Verdict.NO


def test_without_a_remote_there_is_nothing_to_follow(desk: Desk, see: See) -> None:
    assert only(ask(RULE, see(desk.local()))).verdict is Verdict.NO


def test_a_bare_repository_follows_nobody(desk: Desk, see: See) -> None:
    desk.cloned()
    mirror = desk.another("api", "mirror", "--mirror")
    assert only(ask(RULE, see(mirror))).verdict is Verdict.NO


def test_the_default_branch_is_not_excused_by_being_merged_in_itself() -> None:
    lone = refs(branch(upstream=None, merged=True))
    assert only(ask(RULE, snapshot(clone(refs=lone)))).verdict is Verdict.YES
