from tests.judge.builders import ask, ci, ci_run, clone, hosted, only, remote, snapshot, unasked

from opsroom.judge.examination import built_in
from opsroom.judge.profile import severity
from opsroom.model.check import Verdict
from opsroom.model.limits import Profile
from opsroom.model.severity import Severity

RULE = "failing-ci"


def test_it_fails_and_the_run_is_named() -> None:
    runs = (ci_run(1), ci_run(2, "failure", workflow="Docker"), ci_run(3, "timed_out"))
    outcome = only(ask(RULE, hosted(ci=ci("failing", *runs))))
    assert outcome.message == "CI fails on main at 3f2a1bc: CI, Docker"
    assert outcome.location == "https://github.com/acme/api/actions/runs/3"


def test_it_fails_and_nobody_says_where() -> None:
    outcome = only(ask(RULE, hosted(remote=unasked(), ci=ci("failing", head=None))))
    assert outcome.message == "CI fails on the default branch"


def test_what_passes_and_what_has_no_ci_is_fine() -> None:
    for state in ("passing", "none"):
        assert only(ask(RULE, hosted(ci=ci(state)))).verdict is Verdict.NO


def test_while_it_runs_again_nothing_new_is_known() -> None:
    assert only(ask(RULE, hosted(ci=ci("running")))).verdict is Verdict.UNKNOWN


def test_what_was_archived_stays_as_it_is() -> None:
    seen = hosted(remote=remote(archived=True), ci=ci("failing"))
    assert only(ask(RULE, seen)).verdict is Verdict.NO


def test_without_a_host_it_is_unknown() -> None:
    assert only(ask(RULE, snapshot(clone()))).message == "no host was asked"
    assert only(ask(RULE, hosted(ci=unasked("rate limited")))).message == "rate limited"


def test_it_counts_more_where_others_build_on_it() -> None:
    counts = {profile: severity(built_in()[RULE], profile) for profile in Profile}
    assert counts[Profile.PERSONAL] is Severity.MEDIUM
    assert counts[Profile.TEAM] is counts[Profile.PUBLIC] is Severity.HIGH
