from tests.store.samples import NOW, ids

from opsroom.model.event import Event
from opsroom.store.ring import Ring


def events(*numbers: int) -> list[Event]:
    return [Event(id=n, at=NOW, kind="repository.changed", summary=str(n)) for n in numbers]


def test_an_empty_ring_knows_what_is_before_it() -> None:
    ring = Ring(floor=7)
    assert (ring.last, ring.after(7, 5), ring.after(6, 5)) == (7, [], None)


def test_it_gives_what_is_after_a_cursor_even_in_a_gap() -> None:
    ring = Ring(floor=0)
    ring.extend(events(2, 3, 7, 9))
    assert ids(ring.after(3, 9) or []) == [7, 9]
    assert ids(ring.after(5, 9) or []) == [7, 9]
    assert ids(ring.after(0, 2) or []) == [2, 3]
    assert ring.after(9, 9) == []
    assert ring.last == 9


def test_it_forgets_the_oldest_and_says_so() -> None:
    ring = Ring(floor=0, capacity=4)
    for number in range(1, 100):
        ring.extend(events(number))
        assert ring.after(ring.floor - 1, 9) is None
        held = ring.after(ring.floor, 9)
        assert held is not None
        assert ids(held) == list(range(ring.floor + 1, number + 1))
        assert len(held) <= 4
    assert ring.floor > 90
