"""A Finding: one thing a check, a scanner or a policy saw."""

from datetime import datetime
from enum import StrEnum

from opsroom.model.severity import Severity
from opsroom.model.value import Value


class FindingState(StrEnum):
    """Where a finding is in its life."""

    OPEN = "open"
    SUPPRESSED = "suppressed"
    FIXED = "fixed"


class Finding(Value):
    """One thing that was seen. `fingerprint` is stable while the thing is the same one."""

    rule: str
    severity: Severity
    message: str
    location: str = ""
    remediation: str = ""
    fingerprint: str

    @property
    def id(self) -> str:
        """The id under which every answer names it."""
        return f"finding_{self.fingerprint}"


class KeptFinding(Value):
    """A finding as the store keeps it: with its life.

    `baseline` marks what was there at the first look: backlog, never news.
    """

    finding: Finding
    state: FindingState = FindingState.OPEN
    baseline: bool = False
    opened_at: datetime
    closed_at: datetime | None = None
