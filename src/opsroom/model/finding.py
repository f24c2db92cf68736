"""A Finding: one thing a check, a scanner or a policy saw."""

from datetime import date, datetime
from enum import StrEnum

from pydantic import Field

from opsroom.model.severity import Severity
from opsroom.model.value import Value


class FindingState(StrEnum):
    """Where a finding is in its life."""

    OPEN = "open"
    SUPPRESSED = "suppressed"
    FIXED = "fixed"


class Vulnerability(Value):
    """What a finding about a package says: which advisory holds for which version of what.

    `package` is a purl without version. `direct`: the repository itself asks for it (None: that
    can't be told); `dev`: it is not there at run time. `exploited`, `likely` and `malicious` are
    as in Advisory, told again so that findings can be ranked without the advisories.
    """

    id: str
    aliases: tuple[str, ...] = ()
    package: str
    version: str
    fixed: str | None = None
    """The lowest version above `version` without the flaw; None: there is none yet."""
    direct: bool | None = None
    dev: bool = False
    exploited: date | None = None
    likely: float | None = None
    malicious: bool = False


class Finding(Value):
    """One thing that was seen. `fingerprint` is stable while the thing is the same one.

    `scanner` saw it; empty: a check of ours, on facts.
    """

    rule: str
    severity: Severity
    message: str
    location: str = ""
    remediation: str = ""
    fingerprint: str
    scanner: str = ""
    advisory: Vulnerability | None = None

    @property
    def id(self) -> str:
        """The id under which every answer names it."""
        return f"finding_{self.fingerprint}"


class Suppression(Value):
    """Why a finding doesn't count for now. It ends at `until`, or when `condition` is no longer so.

    `condition` is what was true when it was suppressed and is worth another look when it changes:
    `fixed` (the version that mends it, empty: none), `severity`, `exploited`.
    """

    reason: str
    by: str
    at: datetime
    until: datetime | None = None
    vex: str = ""
    """The status that was imported or is told in VEX (`not_affected`, `fixed`, ...), if any."""
    condition: dict[str, str] = Field(default_factory=dict[str, str])


class KeptFinding(Value):
    """A finding as the store keeps it: with its life.

    `baseline` marks what was there at the first look: backlog, never news.
    """

    finding: Finding
    state: FindingState = FindingState.OPEN
    baseline: bool = False
    opened_at: datetime
    closed_at: datetime | None = None
    suppression: Suppression | None = None
