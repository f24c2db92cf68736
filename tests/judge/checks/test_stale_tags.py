from tests.judge.builders import ask, only
from tests.judge.desk import Desk, See

from opsroom.model.check import Verdict

RULE = "stale-tags"


def test_only_the_remote_knows_where_its_tags_point(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.git("tag", "v1")
    repo.git("push", "-q", "origin", "v1")
    repo.commit()
    repo.git("tag", "--force", "v1")
    outcome = only(ask(RULE, see(repo)))
    assert outcome.verdict is Verdict.UNKNOWN
    assert outcome.message == "the remote was not asked"


def test_without_tags_none_is_stale(desk: Desk, see: See) -> None:
    assert only(ask(RULE, see(desk.cloned()))).verdict is Verdict.NO


def test_without_a_remote_none_can_differ(desk: Desk, see: See) -> None:
    repo = desk.local()
    repo.git("tag", "v1")
    assert only(ask(RULE, see(repo))).verdict is Verdict.NO
