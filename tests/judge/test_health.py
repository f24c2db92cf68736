from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.judge.builders import blind, clone, finding, snapshot, unseen

from opsroom.judge.health import POINTS, UNREADABLE, failures, health, observed
from opsroom.model.finding import Finding, Vulnerability
from opsroom.model.health import Grade, Health
from opsroom.model.severity import Severity

RULES = ["no-remote", "inactive", "stashed-changes", "merge-in-progress", "large-files"]
FINDINGS = st.lists(
    st.builds(
        finding,
        st.sampled_from(RULES),
        st.sampled_from(Severity),
        st.integers(0, 99).map("{:016x}".format),
    ),
    max_size=12,
)


def known(findings: Sequence[Finding]) -> Health:
    return health(findings, (), observed=True)


@pytest.mark.parametrize(
    ("severities", "grade", "score"),
    [
        ([], Grade.GREEN, 100),
        ([Severity.INFO] * 5, Grade.GREEN, 100),
        ([Severity.LOW] * 5, Grade.GREEN, 85),
        ([Severity.MEDIUM] * 2, Grade.GREEN, 80),
        ([Severity.MEDIUM, Severity.MEDIUM, Severity.LOW], Grade.YELLOW, 77),
        ([Severity.HIGH], Grade.YELLOW, 75),
        ([Severity.HIGH, Severity.HIGH], Grade.YELLOW, 50),
        ([Severity.HIGH, Severity.HIGH, Severity.LOW], Grade.RED, 47),
        ([Severity.CRITICAL], Grade.RED, 45),
        ([Severity.CRITICAL] * 5, Grade.RED, 0),
    ],
)
def test_grades(severities: list[Severity], grade: Grade, score: int) -> None:
    told = known([finding(RULES[number], each) for number, each in enumerate(severities)])
    assert (told.grade, told.score) == (grade, score)


def test_a_rule_costs_its_worst_finding_once() -> None:
    told = known([finding(severity=s, mark=f"{n:016x}") for n, s in enumerate([*Severity][:4])])
    (cost,) = told.costs
    assert (cost.rule, cost.severity, cost.points) == ("no-remote", Severity.HIGH, 25)
    assert cost.count == 3, "a remark costs nothing and is not counted among the costs"


@given(FINDINGS)
def test_the_costs_explain_the_score(findings: list[Finding]) -> None:
    told = known(findings)
    assert told.score == max(0, 100 - sum(cost.points for cost in told.costs))
    assert [cost.points for cost in told.costs] == sorted(
        (cost.points for cost in told.costs), reverse=True
    )
    assert all(cost.points == POINTS[cost.severity] > 0 for cost in told.costs)


@given(FINDINGS)
def test_the_grade_is_what_the_contract_says(findings: list[Finding]) -> None:
    told = known(findings)
    worst = max((each.severity.rank for each in findings), default=0)
    assert told.score is not None
    if worst == Severity.CRITICAL.rank or told.score < 50:
        assert told.grade is Grade.RED
    elif told.score >= 80 and worst < Severity.HIGH.rank:
        assert told.grade is Grade.GREEN
    else:
        assert told.grade is Grade.YELLOW


@given(FINDINGS, FINDINGS)
def test_one_more_finding_never_makes_it_better(
    findings: list[Finding], more: list[Finding]
) -> None:
    before, after = known(findings), known([*findings, *more])
    assert before.score is not None
    assert after.score is not None
    assert after.score <= before.score
    assert after.grade.rank >= before.grade.rank


@given(FINDINGS)
def test_the_order_of_findings_does_not_matter(findings: list[Finding]) -> None:
    assert known(findings) == known(findings[::-1])


@given(FINDINGS)
def test_what_could_not_be_observed_is_never_green(findings: list[Finding]) -> None:
    whole, part = known(findings), health(findings, ("no permission",), observed=True)
    assert part.unknown == ("no permission",)
    if whole.grade is Grade.GREEN:
        assert (part.grade, part.score) == (Grade.UNKNOWN, None)
    else:
        assert (part.grade, part.score) == (whole.grade, whole.score)


@given(FINDINGS)
def test_without_any_observation_nothing_is_told(findings: list[Finding]) -> None:
    told = health(findings, ("broken",), observed=False)
    assert (told.grade, told.score) == (Grade.UNKNOWN, None)


def test_a_failed_observation_is_shown_and_not_counted() -> None:
    told = known([finding(UNREADABLE, Severity.HIGH)])
    assert told.costs == ()


def test_reasons_are_said_once_and_name_the_clone_when_there_are_several() -> None:
    assert failures(snapshot(blind(reason="broken"))) == ("broken",)
    assert failures(snapshot(blind("/code/a"), clone("/code/b"))) == ("/code/a: no permission",)
    assert failures(snapshot()) == ()


def test_one_group_is_enough_to_have_observed_something() -> None:
    assert observed(snapshot(clone(refs=unseen())))
    assert not observed(snapshot(blind()))
    assert not observed(snapshot().model_copy(update={"clones": ()}))


def scanned(rule: str, severity: Severity, mark: str, **more: object) -> Finding:
    return finding(rule, severity, mark).model_copy(update={"scanner": "any", **more})


def test_the_rules_of_one_scanner_are_one_cost() -> None:
    told = known(
        [
            scanned("zizmor/artipacked", Severity.MEDIUM, "a" * 16),
            scanned("zizmor/template-injection", Severity.HIGH, "b" * 16),
            scanned("ruff/S101", Severity.LOW, "c" * 16),
        ]
    )
    assert [(cost.rule, cost.points, cost.count) for cost in told.costs] == [
        ("zizmor/*", 25, 2),
        ("ruff/*", 3, 1),
    ]


def flawed(severity: Severity, **more: object) -> Finding:
    flaw = Vulnerability.model_validate(
        {"id": "CVE-1", "package": "pkg:npm/web", "version": "1", **more}
    )
    return scanned("vulnerable-dependency", severity, "a" * 16, advisory=flaw)


def test_a_flaw_that_only_development_meets_weighs_a_step_less() -> None:
    told = known([flawed(Severity.CRITICAL, dev=True)])
    assert (told.grade, told.score) == (Grade.YELLOW, 75)
    assert known([flawed(Severity.CRITICAL)]).grade is Grade.RED
    assert known([flawed(Severity.CRITICAL, dev=True, malicious=True)]).grade is Grade.RED
    assert known([flawed(Severity.INFO, dev=True)]).score == 100
