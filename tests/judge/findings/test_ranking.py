"""The order of findings: its promises, whatever else differs between two of them."""

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from opsroom.judge.findings.ranking import Case, group, rank
from opsroom.model.finding import Finding, Vulnerability
from opsroom.model.severity import Severity

SEEN = date(2024, 3, 4)


def case(severity: Severity = Severity.HIGH, **facts: Any) -> Case:
    placed = {
        name: facts.pop(name)
        for name in ("repository", "environment", "in_flight")
        if name in facts
    }
    usual: dict[str, Any] = {"id": "CVE-1", "package": "pkg:pypi/x", "version": "1.0"}
    finding = Finding(
        rule="vulnerable-dependency",
        severity=severity,
        message="x",
        fingerprint="0" * 16,
        advisory=Vulnerability(**{**usual, **facts}),
    )
    return Case(finding, **placed)


def without_package(severity: Severity) -> Case:
    return Case(Finding(rule="x", severity=severity, message="x", fingerprint="0" * 16))


severities = st.sampled_from(list(Severity))
chances = st.none() | st.floats(0, 1)
facts = st.fixed_dictionaries(
    {
        "likely": chances,
        "direct": st.none() | st.booleans(),
        "dev": st.booleans(),
        "fixed": st.sampled_from([None, "1.1"]),
        "environment": st.sampled_from([None, "prod", "test"]),
        "in_flight": st.booleans(),
        "repository": st.sampled_from(["a/a", "a/b"]),
    }
)
exploited = st.sampled_from([None, SEEN])


@given(severities, facts, exploited, severities, facts, exploited)
def test_malicious_is_before_all_that_is_not(
    one: Severity, first: Any, since: date | None, two: Severity, second: Any, then: date | None
) -> None:
    worse = rank(case(one, malicious=True, exploited=since, **first))
    assert worse.order < rank(case(two, exploited=then, **second)).order
    assert worse.order < rank(without_package(two)).order
    assert worse.reasons[0] == "malicious"


@given(severities, facts, facts)
def test_exploited_is_before_all_of_its_severity_that_is_not(
    severity: Severity, first: Any, second: Any
) -> None:
    worse = rank(case(severity, exploited=SEEN, **first))
    assert worse.order < rank(case(severity, **second)).order
    assert "exploited (KEV since 2024-03-04)" in worse.reasons


@given(severities, severities, facts, exploited)
def test_worse_severity_is_before_when_all_else_is_equal(
    one: Severity, two: Severity, same: Any, since: date | None
) -> None:
    first, second = (rank(case(each, exploited=since, **same)).order for each in (one, two))
    assert (first < second) is (one.rank > two.rank)


@given(severities, facts, chances, chances)
def test_likelier_is_never_after_when_all_else_is_equal(
    severity: Severity, same: Any, one: float | None, two: float | None
) -> None:
    first, second = (rank(case(severity, **{**same, "likely": each})).order for each in (one, two))
    if (one or 0.0) > (two or 0.0):
        assert first < second


@given(severities, facts)
def test_each_fact_that_makes_it_worse_moves_it_forward(severity: Severity, same: Any) -> None:
    for worse, better in (
        ({"environment": "prod"}, {"environment": "test"}),
        ({"dev": False}, {"dev": True}),
        ({"direct": True}, {"direct": None}),
        ({"direct": None}, {"direct": False}),
        ({"fixed": "1.1", "in_flight": False}, {"fixed": None, "in_flight": False}),
    ):
        first, second = (rank(case(severity, **{**same, **each})).order for each in (worse, better))
        assert first < second, worse


@given(st.lists(st.tuples(severities, facts, exploited), min_size=1, max_size=4), st.randoms())
def test_a_group_is_never_after_any_of_its_cases_and_its_order_is_not_chance(
    made: list[Any], random: Any
) -> None:
    cases = [case(severity, exploited=since, **each) for severity, each, since in made]
    whole = group(cases)
    assert all(whole.order[:3] <= rank(each).order[:3] for each in cases)
    random.shuffle(cases)
    assert group(cases) == whole


def test_more_repositories_are_before_fewer() -> None:
    both = group([case(repository="a/a"), case(repository="a/b")])
    assert both.order < group([case(repository="a/a"), case(repository="a/a")]).order
    assert "in 2 repositories" in both.reasons


def test_reasons_are_said_weightiest_first() -> None:
    told = rank(
        case(
            Severity.CRITICAL,
            exploited=SEEN,
            likely=0.934,
            direct=True,
            fixed="1.1",
            environment="prod",
        )
    )
    assert told.reasons == (
        "exploited (KEV since 2024-03-04)",
        "likely 93 % (EPSS)",
        "critical",
        "in production",
        "direct, at run time",
        "fixed in 1.1",
    )
    assert rank(case(direct=False, dev=True)).reasons == (
        "high",
        "transitive, only for development",
        "no fix yet",
    )
    assert rank(case(in_flight=True)).reasons[-1] == "a fix is in flight"
    assert rank(without_package(Severity.HIGH)).reasons == ("high",)


def test_only_what_is_all_for_development_counts_as_that() -> None:
    mixed = group([case(dev=True), case(dev=False)])
    assert mixed.order[:7] == rank(case(dev=False)).order[:7]
    assert group([case(dev=True), case(dev=True)]).order > mixed.order
