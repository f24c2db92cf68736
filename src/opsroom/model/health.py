"""Health: a grade with the findings that cost it, so that it can be explained."""

from enum import StrEnum

from opsroom.model.severity import Severity
from opsroom.model.value import Value


class Grade(StrEnum):
    """Green is 80 and more without anything high, yellow 50 and more, red below or critical."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """How much it asks for attention: red 3, unknown 2, yellow 1, green 0."""
        return {"red": 3, "unknown": 2, "yellow": 1, "green": 0}[self.value]


class Cost(Value):
    """What one rule took off the score: `points` for its worst finding, of `count`."""

    rule: str
    severity: Severity
    points: int
    count: int


class Health(Value):
    """0 to 100, or None when it could not be told, and what it cost."""

    grade: Grade
    score: int | None
    costs: tuple[Cost, ...] = ()
    unknown: tuple[str, ...] = ()
    """What could not be observed, with the reason."""
