"""The most telling set of hypotheses: each costs something, each is worth something for items.

What a set is worth: for each item the most that any of the set gives for it, or its base where
that is more, less what the set costs. With equal gains that is weighted set cover. Exact by branch
and bound within a measure of work; else the best that was found till then, and said to be so.
Whole numbers, so that the order of addition changes nothing.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

WORK = 50_000
"""Gains that are weighed in one component, at most; then the best that was found is taken."""
MOST = 300
"""Hypotheses of one component that are followed: those that are worth most alone."""

Gains = Mapping[int, int]
"""What a hypothesis gives, by item."""


class Cover(NamedTuple):
    """Numbers of the hypotheses that were chosen, ascending, and what they are worth together."""

    chosen: tuple[int, ...]
    value: int
    exact: bool


def cover(base: Sequence[int], costs: Sequence[int], gains: Sequence[Gains]) -> Cover:
    """Choose the hypotheses that are worth most; of equals those that come first.

    `base` is what each item is worth without any. Items are numbered as in `base`.
    """
    chosen: list[int] = []
    exact = True
    for component in _components(gains):
        kept = _undominated(component, costs, gains)
        search = _Search(base, costs, gains, kept)
        chosen += search.best
        exact = exact and search.exact
    chosen.sort()
    return Cover(tuple(chosen), worth(base, costs, gains, chosen), exact)


def worth(
    base: Sequence[int], costs: Sequence[int], gains: Sequence[Gains], chosen: Sequence[int]
) -> int:
    """Return what these hypotheses are worth together."""
    given = dict(enumerate(base))
    for number in chosen:
        for item, gain in gains[number].items():
            given[item] = max(given[item], gain)
    return sum(given.values()) - sum(costs[number] for number in chosen)


def _components(gains: Sequence[Gains]) -> list[list[int]]:
    """Split the hypotheses into those that share items, directly or through others."""
    by_item: dict[int, list[int]] = {}
    for number, given in enumerate(gains):
        for item in given:
            by_item.setdefault(item, []).append(number)
    seen: set[int] = set()
    found: list[list[int]] = []
    for first in range(len(gains)):
        if first in seen:
            continue
        seen.add(first)
        component: list[int] = []
        ahead = [first]
        while ahead:
            number = ahead.pop()
            component.append(number)
            for item in gains[number]:
                new = [other for other in by_item.pop(item, ()) if other not in seen]
                seen.update(new)
                ahead += new
        found.append(sorted(component))
    return found


def _undominated(
    component: Sequence[int], costs: Sequence[int], gains: Sequence[Gains]
) -> list[int]:
    """Leave out what costs no less than another one and gives no more for anything."""
    kept: list[int] = []
    for number in sorted(component, key=lambda each: (costs[each], -len(gains[each]), each)):
        given = gains[number]
        if not any(
            all(gains[other].get(item, 0) >= gain for item, gain in given.items()) for other in kept
        ):
            kept.append(number)
    return kept


class _Search:
    """The best choice among the hypotheses of one component, in `best`."""

    def __init__(
        self,
        base: Sequence[int],
        costs: Sequence[int],
        gains: Sequence[Gains],
        numbers: Sequence[int],
    ) -> None:
        self._costs, self._gains = costs, gains
        given = {item: base[item] for number in numbers for item in gains[number]}
        # whoever is worth most alone is tried first: bounds then cut early
        ordered = sorted(numbers, key=lambda each: (-self._marginal(each, given), each))
        self._order = ordered[:MOST]
        self.exact = len(ordered) <= MOST
        self._work = 0
        self.best, self._value = self._greedy(dict(given))
        self._branch(0, given, 0, ())

    def _marginal(self, number: int, given: Mapping[int, int]) -> int:
        gained = sum(max(0, gain - given[item]) for item, gain in self._gains[number].items())
        return gained - self._costs[number]

    def _greedy(self, given: dict[int, int]) -> tuple[tuple[int, ...], int]:
        left, value = list(self._order), 0
        chosen: tuple[int, ...] = ()
        while left:
            number = max(left, key=lambda each: (self._marginal(each, given), -each))
            more = self._marginal(number, given)
            if more <= 0:
                break
            left.remove(number)
            chosen, value = (*chosen, number), value + more
            self._take(number, given)
        return chosen, value

    def _take(self, number: int, given: dict[int, int]) -> None:
        for item, gain in self._gains[number].items():
            given[item] = max(given[item], gain)

    def _branch(
        self, place: int, given: dict[int, int], value: int, chosen: tuple[int, ...]
    ) -> None:
        """Follow the choices from a place on; what can't get better than the best is left."""
        if value > self._value:
            self.best, self._value = chosen, value
        self._work += sum(len(self._gains[number]) for number in self._order[place:])
        if self._work > WORK:
            self.exact = False
            return
        # what many give together is no more than the sum of what each gives alone
        ahead = [
            (more, at)
            for at in range(place, len(self._order))
            if (more := self._marginal(self._order[at], given)) > 0
        ]
        bound = value + sum(more for more, _ in ahead)
        if bound <= self._value:
            return
        more, at = ahead[0]
        number = self._order[at]
        taken = dict(given)
        self._take(number, taken)
        self._branch(at + 1, taken, value + more, (*chosen, number))
        self._branch(at + 1, given, value, chosen)
