from datetime import date, timedelta

import pytest
from tests.judge.builders import NOW, finding

from opsroom.judge.findings.suppression import condition_of, lapsed
from opsroom.model.finding import Finding, Suppression, Vulnerability
from opsroom.model.severity import Severity

FLAW = Vulnerability(id="CVE-2026-1", package="pkg:npm/web", version="1.0.0")


def flawed(severity: Severity = Severity.MEDIUM, **more: object) -> Finding:
    told = FLAW.model_copy(update=more)
    return finding("vulnerable-dependency", severity).model_copy(update={"advisory": told})


def suppressed(seen: Finding, **more: object) -> Suppression:
    told = {"reason": "not reached", "by": "ada", "at": NOW, "condition": condition_of(seen)}
    return Suppression.model_validate({**told, **more})


def test_while_nothing_changes_it_holds() -> None:
    assert lapsed(suppressed(flawed()), flawed(), NOW) == ""
    assert lapsed(suppressed(finding()), finding(), NOW) == ""
    assert lapsed(None, finding(), NOW) == ""


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (flawed(fixed="1.0.1"), "version 1.0.1 mends it now"),
        (flawed(Severity.HIGH), "it is high now, and was medium"),
        (flawed(exploited=date(2026, 2, 1)), "it is exploited since 2026-02-01"),
    ],
)
def test_what_gets_worse_or_can_be_mended_ends_it(now: Finding, why: str) -> None:
    assert lapsed(suppressed(flawed()), now, NOW) == why


@pytest.mark.parametrize("now", [flawed(Severity.LOW), flawed(version="0.9"), finding()])
def test_what_gets_better_does_not(now: Finding) -> None:
    seen = flawed(fixed="2.0", exploited=date(2026, 1, 1))
    assert lapsed(suppressed(seen), now, NOW) == ""


def test_it_ends_at_its_time() -> None:
    quiet = suppressed(finding(), until=NOW + timedelta(days=1))
    assert lapsed(quiet, finding(), NOW + timedelta(hours=23)) == ""
    assert "which is over" in lapsed(quiet, finding(), NOW + timedelta(days=1))


def test_without_a_condition_only_time_ends_it() -> None:
    assert (
        lapsed(suppressed(flawed(), condition={}), flawed(Severity.CRITICAL, fixed="9"), NOW) == ""
    )
