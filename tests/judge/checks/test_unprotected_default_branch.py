from typing import Any

import pytest
from tests.judge.builders import ask, host_settings, hosted, only, remote, snapshot, unasked, untold

from opsroom.model.check import Outcome, Verdict
from opsroom.model.host import BranchRule, Ruleset

RULE = "unprotected-default-branch"


def told(settings: Any, **facts: Any) -> Outcome:
    return only(ask(RULE, hosted(remote=remote(**facts), settings=settings)))


def ruleset(enforcement: Any = "active", target: str = "branch") -> Ruleset:
    return Ruleset(id="1", name="all", enforcement=enforcement, target=target)


def test_nothing_protects_it() -> None:
    outcome = told(host_settings())
    assert outcome.message == "no rule and no ruleset protects main"
    assert outcome.location == "https://github.com/acme/api"


@pytest.mark.parametrize(
    ("pattern", "branch", "verdict"),
    [
        ("main", "main", Verdict.NO),
        ("ma*", "main", Verdict.NO),
        ("*", "main", Verdict.NO),
        ("release/*", "main", Verdict.YES),
        ("*", "team/main", Verdict.YES),
        ("team/*", "team/main", Verdict.NO),
    ],
)
def test_a_rule_protects_what_its_pattern_takes(
    pattern: str, branch: str, verdict: Verdict
) -> None:
    settings = host_settings(rules=(BranchRule(pattern=pattern),))
    assert told(settings, default_branch=branch).verdict is verdict


def test_only_an_active_ruleset_for_branches_protects() -> None:
    assert told(host_settings(rulesets=(ruleset(),))).verdict is Verdict.NO
    assert told(host_settings(rulesets=(ruleset("evaluate"),))).verdict is Verdict.YES
    assert told(host_settings(rulesets=(ruleset(target="tag"),))).verdict is Verdict.YES


@pytest.mark.parametrize("fact", ["rules", "rulesets"])
def test_what_the_token_may_not_see_is_unknown(fact: str) -> None:
    settings = host_settings(**{fact: None}, untold=(untold(fact, "needs admin"),))
    outcome = told(settings)
    assert (outcome.verdict, outcome.message) == (Verdict.UNKNOWN, "needs admin")


def test_one_protection_that_is_seen_is_enough() -> None:
    settings = host_settings(rules=None, rulesets=(ruleset(),))
    assert told(settings).verdict is Verdict.NO


def test_where_there_is_nothing_to_protect() -> None:
    assert told(host_settings(), archived=True).verdict is Verdict.NO
    assert told(host_settings(), empty=True, head=None).verdict is Verdict.NO


def test_without_a_host_it_is_unknown() -> None:
    assert only(ask(RULE, snapshot())).verdict is Verdict.UNKNOWN
    assert told(unasked("down")).message == "down"
    assert told(host_settings(), default_branch=None).verdict is Verdict.UNKNOWN
