"""The most telling set of hypotheses, beside trying every set."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from opsroom.judge.graph import covering
from opsroom.judge.graph.covering import cover, worth

ITEMS = 6
GAINS = st.dictionaries(st.integers(0, ITEMS - 1), st.integers(1, 30), max_size=ITEMS)
BASE = st.lists(st.integers(0, 10), min_size=ITEMS, max_size=ITEMS)


@given(BASE, st.lists(st.tuples(st.integers(0, 40), GAINS), max_size=7))
def test_no_other_set_is_worth_more(
    base: list[int], offered: list[tuple[int, dict[int, int]]]
) -> None:
    costs, gains = [cost for cost, _ in offered], [each for _, each in offered]
    found = cover(base, costs, gains)
    numbers = range(len(offered))
    every = (
        worth(base, costs, gains, chosen)
        for size in range(len(offered) + 1)
        for chosen in combinations(numbers, size)
    )
    assert found.exact
    assert found.value == worth(base, costs, gains, found.chosen) == max(every)


@given(st.lists(st.frozensets(st.integers(0, 4), min_size=1), min_size=1, max_size=7))
def test_with_equal_gains_it_is_the_smallest_cover(sets: list[frozenset[int]]) -> None:
    base, costs = [0] * 5, [1] * len(sets)
    gains = [dict.fromkeys(each, 100) for each in sets]
    chosen = cover(base, costs, gains).chosen
    everything = frozenset[int]().union(*sets)
    smallest = next(
        size
        for size in range(1, len(sets) + 1)
        for few in combinations(sets, size)
        if frozenset[int]().union(*few) == everything
    )
    assert frozenset[int]().union(*(sets[number] for number in chosen)) == everything
    assert len(chosen) == smallest


def test_what_greed_takes_first_is_given_up_for_two_that_are_worth_more() -> None:
    gains = [{1: 5, 2: 5, 3: 5, 4: 5}, {0: 5, 1: 5, 2: 5}, {3: 5, 4: 5, 5: 5}]
    assert cover([0] * 6, [2, 2, 2], gains).chosen == (1, 2)


def test_too_much_work_is_said_and_still_answered() -> None:
    size = covering.MOST + 10
    gains = [{number: 9, number + 1: 9, number + 2: 9} for number in range(size)]
    found = cover([0] * (size + 2), [5] * size, gains)
    assert not found.exact
    assert len(found.chosen) >= covering.MOST // 3
    assert found.value > 0


def test_nothing_to_choose_from_is_worth_the_base() -> None:
    assert cover([3, 4], [], []) == ((), 7, True)
