"""Measuring side by side: rounds that are interleaved, medians, and figures with a limit.

Times are in seconds. A ratio is the median of one side over the median of the other; its spread is
the middle half of what the single rounds gave.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

Side = Callable[[], float]
"""Does its work once and gives how long that took, in seconds."""

Spread = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Series:
    """What one side took, round by round."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def spread(self) -> Spread:
        """The middle half."""
        if len(self.values) < 2:
            return self.median, self.median
        low, _, high = quantiles(self.values, n=4, method="inclusive")
        return low, high

    def percentile(self, percent: int) -> float:
        """The smallest value that so many percent of all do not exceed."""
        ordered = sorted(self.values)
        return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]

    def over(self, other: "Series") -> "Series":
        """The ratio of each round to that of the other side."""
        return Series(tuple(a / b for a, b in zip(self.values, other.values, strict=True)))


def interleaved(sides: Mapping[str, Side], rounds: int, warm: int = 1) -> dict[str, Series]:
    """Let every side do a round, then all another, in turning order; `warm` rounds don't count."""
    taken: dict[str, list[float]] = {name: [] for name in sides}
    order = list(sides)
    for number in range(warm + rounds):
        for name in order:
            seconds = sides[name]()
            if number >= warm:
                taken[name].append(seconds)
        order.append(order.pop(0))
    return {name: Series(tuple(values)) for name, values in taken.items()}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that is claimed. `limit` is None where nothing was promised.

    `value` is None when a side was not there to be measured; `unit` follows the number.
    """

    what: str
    value: float | None
    unit: str
    limit: float | None = None
    at_least: bool = False
    spread: Spread | None = None

    @classmethod
    def ratio(
        cls,
        what: str,
        of: Series,
        to: Series,
        *,
        limit: float | None = None,
        at_least: bool = False,
    ) -> "Figure":
        """How many times one side took what the other did."""
        spread = of.over(to).spread if len(of.values) == len(to.values) else None
        return cls(what, of.median / to.median, "x", limit, at_least, spread)

    def holds(self, slack: float = 1.0) -> bool:
        """Whether the limit is kept, or not passed by more than the factor `slack`."""
        if self.value is None or self.limit is None:
            return True
        if self.at_least:
            return self.value >= self.limit / slack
        return self.value <= self.limit * slack

    @property
    def verdict(self) -> str:
        if self.value is None:
            return "not installed"
        return "" if self.limit is None else "yes" if self.holds() else "**no**"

    @property
    def target(self) -> str:
        if self.limit is None:
            return ""
        return f"{'at least' if self.at_least else 'at most'} {shown(self.limit, self.unit)}"


@dataclass(slots=True)
class Table:
    """One benchmark: its figures, and what each side took and gave for it.

    `source` is the file that measured it; `sides` are rows of cells under `columns`.
    """

    title: str
    source: str
    figures: Sequence[Figure]
    columns: Sequence[str]
    sides: Sequence[Sequence[str]]
    note: str

    def check(self, slack: float) -> None:
        """Fail with the figures that are beyond their limits."""
        broken = [
            f"{figure.what}: {shown(figure.value, figure.unit)}, {figure.target}"
            for figure in self.figures
            if not figure.holds(slack)
        ]
        assert not broken, broken


def shown(value: float | None, unit: str) -> str:
    """A number as people read it, with its unit."""
    if value is None:
        return ""
    digits = 0 if abs(value) >= 100 or value == int(value) else 1 if abs(value) >= 10 else 2
    joined = "" if unit == "x" else " "
    return f"{value:,.{digits}f}{joined}{unit}"


def seconds(series: Series) -> tuple[str, str]:
    """A median and its spread, in milliseconds or seconds."""
    scale, unit = (1.0, "s") if series.median >= 1 else (1000.0, "ms")
    low, high = series.spread
    return (
        shown(series.median * scale, unit),
        f"{shown(low * scale, unit)} to {shown(high * scale, unit)}",
    )


def between(spread: Spread | None, unit: str) -> str:
    """A spread with its unit."""
    return "" if spread is None else f"{shown(spread[0], unit)} to {shown(spread[1], unit)}"
