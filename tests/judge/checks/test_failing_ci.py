from tests.judge.builders import (
    NOW,
    ask,
    ci,
    ci_run,
    clone,
    files,
    host_settings,
    hosted,
    only,
    remote,
    snapshot,
    unasked,
)

from opsroom.judge.examination import examine
from opsroom.judge.health import POINTS
from opsroom.model.check import Verdict
from opsroom.model.health import Grade
from opsroom.model.host import BranchRule
from opsroom.model.limits import Limits, Profile
from opsroom.model.severity import Severity

RULE = "failing-ci"
GUARDED = host_settings(rules=(BranchRule(pattern="main"),))


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


def test_while_it_runs_again_what_it_said_last_still_stands() -> None:
    assert only(ask(RULE, hosted(ci=ci("running")))).verdict is Verdict.UNKNOWN
    assert only(ask(RULE, hosted(ci=ci("running", last="passing")))).verdict is Verdict.NO
    outcome = only(ask(RULE, hosted(ci=ci("running", last="failing"))))
    assert outcome.message == "CI failed, and runs again, on main at 3f2a1bc"


def test_what_was_archived_stays_as_it_is() -> None:
    seen = hosted(remote=remote(archived=True), ci=ci("failing"))
    assert only(ask(RULE, seen)).verdict is Verdict.NO


def test_without_a_host_it_is_unknown() -> None:
    assert only(ask(RULE, snapshot(clone()))).message == "no host was asked"
    assert only(ask(RULE, hosted(ci=unasked("rate limited")))).message == "rate limited"


def test_nobodys_repository_is_green_while_it_fails() -> None:
    for profile in Profile:
        seen = hosted(ci=ci("failing"), listed=files(), settings=GUARDED)
        health = examine(seen, None, Limits(profile=profile), NOW).health
        assert (health.grade, health.score) == (Grade.YELLOW, 100 - POINTS[Severity.HIGH])
