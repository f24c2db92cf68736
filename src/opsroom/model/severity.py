"""How bad a finding is, in five steps."""

from enum import StrEnum


class Severity(StrEnum):
    """From a remark to a danger. Compare by `rank`, never by name."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info to 4 for critical."""
        return list(Severity).index(self)
