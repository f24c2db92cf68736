"""Ages and days of findings, against a count done the slow way."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from opsroom.model.finding import Finding, FindingState, KeptFinding, Suppression
from opsroom.model.severity import Severity
from opsroom.operations.findings.burden import by_age, by_day, lives

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAYS = 30


def kept(
    days: float,
    ended: float | None = None,
    severity: Severity = Severity.HIGH,
    state: FindingState = FindingState.FIXED,
) -> KeptFinding:
    """Opened and, unless None, ended so many days ago."""
    finding = Finding(rule="r", severity=severity, message="m", fingerprint="0" * 16)
    if ended is None:
        return KeptFinding(finding=finding, opened_at=NOW - timedelta(days=days))
    at = NOW - timedelta(days=ended)
    suppressed = state is FindingState.SUPPRESSED
    return KeptFinding(
        finding=finding,
        state=state,
        opened_at=NOW - timedelta(days=days),
        closed_at=None if suppressed else at,
        suppression=Suppression(reason="r", by="person", at=at) if suppressed else None,
    )


def test_open_findings_are_told_by_age_worst_first() -> None:
    found = by_age(
        [lives([kept(0.5), kept(3), kept(20)]), lives([kept(60), kept(400), kept(5, 1)])], NOW
    )
    assert [each.severity for each in found] == list(reversed(Severity))
    assert found[1].counts == (1, 1, 1, 1, 1)
    assert found[0].counts == (0, 0, 0, 0, 0)


def test_a_day_tells_what_was_open_at_its_end_and_what_moved() -> None:
    days = by_day([lives([kept(100), kept(2), kept(2, 1)])], NOW.date(), DAYS)
    assert len(days) == DAYS
    assert days[-1].day == NOW.date()
    assert [day.open[Severity.HIGH] for day in days[-4:]] == [1, 3, 2, 2]
    assert (days[-3].opened, days[-2].fixed) == (2, 1)


def test_backlog_is_open_and_no_news() -> None:
    first = kept(1).model_copy(update={"baseline": True})
    (*_, yesterday, _) = by_day([lives([first])], NOW.date(), DAYS)
    assert (yesterday.open[Severity.HIGH], yesterday.opened) == (1, 0)


def test_what_is_suppressed_no_longer_counts() -> None:
    days = by_day([lives([kept(5, 2, state=FindingState.SUPPRESSED)])], NOW.date(), DAYS)
    assert [day.open[Severity.HIGH] for day in days[-4:]] == [1, 0, 0, 0]
    assert sum(day.fixed for day in days) == 0


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.none() | st.integers(0, 50), st.sampled_from(Severity))
    )
)
def test_every_day_is_what_counting_gives(told: list[tuple[int, int | None, Severity]]) -> None:
    findings = [
        kept(opened, None if ended is None else min(ended, opened), severity)
        for opened, ended, severity in told
    ]
    for day in by_day([lives(findings)], NOW.date(), DAYS):
        for severity in Severity:
            standing = [
                each
                for each in findings
                if each.finding.severity is severity
                and each.opened_at.date() <= day.day
                and (each.closed_at is None or each.closed_at.date() > day.day)
            ]
            assert day.open[severity] == len(standing)
