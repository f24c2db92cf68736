"""How much to ask at once: the host gives a question ten seconds and doesn't say how many fit."""

from dataclasses import dataclass

GOOD_ENOUGH = 10
"""Answers in a row after which a little more is asked."""


@dataclass(slots=True)
class Pace:
    """How many things are asked for in one question, remembered for one document."""

    size: int
    smallest: int
    largest: int
    step: int
    good: int = 0

    def shrink(self, failed: int) -> None:
        """So many were too much."""
        self.size = max(self.smallest, min(self.size, failed) // 2)
        self.good = 0

    def grow(self) -> None:
        """A question was answered; after ten, the next are larger."""
        self.good += 1
        if self.good == GOOD_ENOUGH:
            self.size, self.good = min(self.largest, self.size + self.step), 0


def looking() -> Pace:
    """Of full looks: about three seconds at first."""
    return Pace(size=20, smallest=5, largest=40, step=2)


def sweeping() -> Pace:
    """Of pages of a sweep: the host lists a hundred at most."""
    return Pace(size=100, smallest=10, largest=100, step=10)
