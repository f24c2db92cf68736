"""Suppression: a finding doesn't count for now, until its time is over or its reason is.

What was true when it was suppressed is kept beside it. When that gets worse, or can be mended at
last, somebody has to look again.
"""

from datetime import datetime

from opsroom.model.finding import Finding, Suppression
from opsroom.model.severity import Severity

FIXED, SEVERITY, EXPLOITED = "fixed", "severity", "exploited"
"""The keys of a condition."""


def condition_of(finding: Finding) -> dict[str, str]:
    """What holds of a finding now, to be compared when it is seen again."""
    told = {SEVERITY: finding.severity.value}
    if finding.advisory is not None:
        exploited = finding.advisory.exploited
        told[FIXED] = finding.advisory.fixed or ""
        told[EXPLOITED] = exploited.isoformat() if exploited else ""
    return told


def lapsed(suppression: Suppression | None, finding: Finding, now: datetime) -> str:
    """Why a suppression no longer holds; empty: it holds.

    Without a suppression there is nothing that could lapse: whoever wrote that state meant it.
    """
    if suppression is None:
        return ""
    if suppression.until is not None and suppression.until <= now:
        return f"suppressed until {suppression.until:%Y-%m-%d %H:%M}Z, which is over"
    before, after = suppression.condition, condition_of(finding)
    if FIXED in before and not before[FIXED] and after.get(FIXED):
        return f"version {after[FIXED]} mends it now"
    if SEVERITY in before and Severity(before[SEVERITY]).rank < finding.severity.rank:
        return f"it is {finding.severity.value} now, and was {before[SEVERITY]}"
    if EXPLOITED in before and not before[EXPLOITED] and after.get(EXPLOITED):
        return f"it is exploited since {after[EXPLOITED]}"
    return ""
