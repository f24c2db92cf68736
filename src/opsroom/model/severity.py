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
        return _RANKS[self.value]


_RANKS = {severity.value: rank for rank, severity in enumerate(Severity)}
"""By value: asked hundreds of thousands of times an answer about a large fleet."""
