"""One finding as the page shows it among the others of its repository."""

from datetime import datetime

from pydantic import Field

from opsroom.model.finding import KeptFinding
from opsroom.model.purl import short
from opsroom.model.severity import Severity
from opsroom.model.text import plain
from opsroom.model.value import Value


class FindingDetail(Value):
    """One open finding, with what to do about it."""

    id: str
    rule: str
    severity: Severity
    message: str
    location: str
    remediation: str
    opened_at: datetime
    baseline: bool
    scanner: str = Field(description="empty: a check of facts")
    advisory: str | None
    package: str | None
    fixed: str | None = Field(description="the version of the package that mends it")


def finding_detail(kept: KeptFinding) -> FindingDetail:
    """A finding with every text of it made plain."""
    finding, flaw = kept.finding, kept.finding.advisory
    return FindingDetail(
        id=finding.id,
        rule=finding.rule,
        severity=finding.severity,
        message=plain(finding.message, 500),
        location=plain(finding.location, 500),
        remediation=plain(finding.remediation, 500),
        opened_at=kept.opened_at,
        baseline=kept.baseline,
        scanner=finding.scanner,
        advisory=flaw.id if flaw else None,
        package=short(flaw.package) if flaw else None,
        fixed=flaw.fixed if flaw else None,
    )
