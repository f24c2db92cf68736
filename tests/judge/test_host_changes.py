from datetime import timedelta
from typing import Any

import pytest
from tests.judge.builders import (
    HEAD,
    NOW,
    OTHER,
    alert,
    ci,
    ci_run,
    host_settings,
    hosted,
    pull,
    remote,
    security,
    unasked,
    untold,
)

from opsroom.judge.host_changes import host_changed
from opsroom.model.event import KINDS, Happening
from opsroom.model.host import BranchRule, Release, Ruleset

MAIN = BranchRule(pattern="main", checks=("test",))
SET = Ruleset(id="1", name="everything", enforcement="active", target="branch")


def of_remote(before: dict[str, Any], after: dict[str, Any]) -> list[Happening]:
    return host_changed(hosted(remote=remote(**before)), hosted(remote=remote(**after)))


def one(happenings: list[Happening]) -> Happening:
    (happening,) = happenings
    return happening


@pytest.mark.parametrize(
    ("before", "after", "summary"),
    [
        ({}, {"head": OTHER}, "main moved to 0badcaf on github.com"),
        ({"head": None, "empty": True}, {}, "main has its first commit, 3f2a1bc on github.com"),
        ({}, {"default_branch": "trunk"}, "the default branch is trunk, no longer main"),
        ({}, {"visibility": "public"}, "it is public now, no longer private"),
        ({}, {"full_name": "acme/app"}, "acme/api is acme/app now"),
        ({"archived": True}, {}, "it is no longer archived"),
        ({}, {"disabled": True}, "github.com has disabled it"),
        (
            {},
            {"release": Release(tag="v1", published_at=NOW)},
            "release v1 was published",
        ),
    ],
)
def test_what_moved_on_the_host_is_said(
    before: dict[str, Any], after: dict[str, Any], summary: str
) -> None:
    happening = one(of_remote(before, after))
    assert (happening.kind, happening.summary) == ("repository.changed", summary)
    assert happening.data["changes"] == [summary]
    assert happening.data["url"] == "https://github.com/acme/api"


def test_the_head_is_told_for_programs_too() -> None:
    happening = one(of_remote({}, {"head": OTHER}))
    assert happening.data["heads"] == {"https://github.com/acme/api": {"main": OTHER}}


def test_archiving_is_an_event_of_its_own() -> None:
    assert one(of_remote({}, {"archived": True})).kind == "repository.archived"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"head": None, "untold": (untold("head"),)}, {}),
        ({}, {"head": None}),
        ({"visibility": None}, {"visibility": "public"}),
        ({"visibility": "public"}, {"visibility": None}),
        ({"default_branch": None}, {}),
        ({"stars": 1}, {"stars": 2}),
        ({}, {"at": NOW + timedelta(hours=1), "pushed_at": NOW, "updated_at": NOW}),
        ({"untold": (untold("release"),)}, {"release": Release(tag="v1", published_at=NOW)}),
    ],
)
def test_what_is_unknown_or_of_no_account_is_no_change(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    kept = remote(**before)
    seen = kept.model_validate({**remote().model_dump(), **after})
    assert host_changed(hosted(remote=kept), hosted(remote=seen)) == []


@pytest.mark.parametrize("group", ["remote", "settings", "ci", "security"])
def test_a_group_that_was_not_had_is_no_change(group: str) -> None:
    facts = {
        "remote": (remote(), remote(head=OTHER, archived=True)),
        "settings": (host_settings(), host_settings(rules=(MAIN,))),
        "ci": (ci(), ci("failing")),
        "security": (security(), security(code=(alert(kind="code"),))),
    }
    old, new = facts[group]
    assert host_changed(hosted(**{group: old}), hosted(**{group: new}))
    for missing in (None, unasked()):
        assert host_changed(hosted(**{group: missing}), hosted(**{group: new})) == []
        assert host_changed(hosted(**{group: old}), hosted(**{group: missing})) == []


def test_pull_requests_are_named_when_they_were_opened_since() -> None:
    later = NOW + timedelta(minutes=5)
    before = remote(newest_pulls=(pull(1),), pulls=1)
    listed = (pull(3, created_at=later, title="Add\x1b[31m colour"), pull(2), pull(1))
    after = remote(newest_pulls=listed, pulls=3)
    happening = one(host_changed(hosted(remote=before), hosted(remote=after)))
    assert happening.summary == "1 pull request opened: #3 Add[31m colour"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ((), (MAIN,), "main is protected now"),
        ((MAIN,), (), "main is no longer protected"),
        ((MAIN,), (BranchRule(pattern="main"),), "the protection of main is another one now"),
        ((MAIN,), (MAIN,), ""),
        (None, (MAIN,), ""),
        ((MAIN,), None, ""),
    ],
)
def test_protection_that_moved_is_said(before: Any, after: Any, said: str) -> None:
    happenings = host_changed(
        hosted(settings=host_settings(rules=before)), hosted(settings=host_settings(rules=after))
    )
    assert [happening.summary for happening in happenings] == ([said] if said else [])


def test_rulesets_and_alerts_of_dependencies_are_settings_too() -> None:
    weak = SET.model_copy(update={"enforcement": "disabled"})
    other = SET.model_copy(update={"id": "2", "name": "old"})
    before = host_settings(rulesets=(SET, other))
    after = host_settings(rulesets=(weak,), vulnerability_alerts=False)
    happening = one(host_changed(hosted(settings=before), hosted(settings=after)))
    assert happening.data["changes"] == [
        "ruleset everything is disabled",
        "ruleset old is gone",
        "vulnerability alerts are off",
    ]


def test_the_number_of_open_alerts_is_told_where_it_moved() -> None:
    before = security(code=(alert(1, "code"),), secret=None)
    after = security(dependency=(alert(1), alert(2)), code=(), secret=(alert(3, "secret"),))
    happening = one(host_changed(hosted(security=before), hosted(security=after)))
    assert happening.data["changes"] == [
        "2 open dependency alerts, 0 before",
        "0 open code alerts, 1 before",
    ]


@pytest.mark.parametrize(
    ("before", "after", "kind", "summary"),
    [
        (ci(), ci("failing"), "ci.failed", "CI fails on 3f2a1bc"),
        (ci("failing"), ci(), "ci.passed", "CI passes on 3f2a1bc"),
        (ci(), ci("running"), "ci.started", "CI runs on 3f2a1bc"),
        (ci("none"), ci(), "ci.passed", "CI passes on 3f2a1bc"),
        (ci("failing"), ci("failing", head=OTHER), "ci.failed", "CI still fails on 0badcaf"),
        (ci(), ci(head=OTHER), "ci.passed", "CI still passes on 0badcaf"),
    ],
)
def test_what_ci_comes_to_is_an_event(before: Any, after: Any, kind: str, summary: str) -> None:
    happening = one(host_changed(hosted(ci=before), hosted(ci=after)))
    assert (happening.kind, happening.summary) == (kind, summary)
    assert happening.kind in KINDS
    assert (happening.data["was"], happening.data["state"]) == (before.state, after.state)


@pytest.mark.parametrize("state", ["passing", "failing", "running", "none"])
def test_the_same_state_of_the_same_commit_is_no_event(state: str) -> None:
    assert host_changed(hosted(ci=ci(state)), hosted(ci=ci(state, ci_run()))) == []


def test_a_commit_without_ci_is_no_event_of_ci() -> None:
    assert host_changed(hosted(ci=ci()), hosted(ci=ci("none", head=OTHER))) == []


def test_an_event_of_ci_names_the_run_that_tells() -> None:
    runs = (ci_run(1), ci_run(2, "failure", workflow="Docker", attempt=2), ci_run(3, None))
    before, after = hosted(ci=ci("running", *runs)), hosted(ci=ci("failing", *runs))
    happening = one(host_changed(before, after))
    assert happening.summary == "CI fails on 3f2a1bc: Docker, attempt 2"
    assert happening.data["ci_run"] == "ci_2"
    assert happening.data["branch"] == "main"
    going = one(host_changed(hosted(ci=ci()), hosted(ci=ci("running", *runs))))
    assert going.data["ci_run"] == "ci_3"


def test_another_attempt_at_the_same_commit_is_told_even_when_nobody_saw_it_run() -> None:
    first, second = (ci("failing", ci_run(2, "failure", attempt=number)) for number in (1, 2))
    assert one(host_changed(hosted(ci=first), hosted(ci=second))).kind == "ci.failed"
    assert host_changed(hosted(ci=second), hosted(ci=second)) == []


def test_what_strangers_wrote_is_made_plain() -> None:
    name = "\x1b[31mmain\u202e" * 90
    before, after = hosted(remote=remote(default_branch=name)), hosted(remote=remote(head=OTHER))
    happening = one(host_changed(before, after))
    assert "\x1b" not in happening.summary
    assert len(happening.summary) <= 300
    assert HEAD not in happening.summary
