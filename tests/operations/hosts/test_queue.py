from hypothesis import given
from hypothesis import strategies as st

from opsroom.clients.host import Priority
from opsroom.operations.hosts.queue import GAP, TURN, Queue

P = Priority


def ids(queue: Queue, count: int, now: float, lowest: Priority = P.ROUTINE) -> list[str]:
    return [found.id for found in queue.take(count, now, lowest)]


def test_the_most_urgent_first_and_then_who_waited_longest() -> None:
    queue = Queue()
    queue.put(["old", "older"], P.ROUTINE, 0)
    queue.put(["moved"], P.MOVED, 1)
    queue.put(["heard-1"], P.HEARD, 2)
    queue.put(["asked"], P.ASKED, 3)
    queue.put(["heard-2"], P.HEARD, 4)
    assert ids(queue, 4, 5) == ["asked", "heard-1", "heard-2", "moved"]
    assert ids(queue, 4, 5) == ["old", "older"]
    assert ids(queue, 4, 5) == []


def test_an_id_waits_once_under_its_most_urgent_reason() -> None:
    queue = Queue()
    queue.put(["a", "b"], P.ROUTINE, 0)
    queue.put(["b"], P.ASKED, 1)
    queue.put(["b"], P.MOVED, 2)
    assert len(queue) == 2
    assert queue.counts()[P.ASKED] == 1
    (first, second) = queue.take(9, 3)
    assert (first.id, first.priority, first.since) == ("b", P.ASKED, 0)
    assert second.id == "a"
    assert len(queue) == 0


def test_a_first_word_is_looked_at_at_once_and_those_that_follow_as_one() -> None:
    queue = Queue()
    queue.put(["a"], P.HEARD, 10)
    assert ids(queue, 9, 10) == ["a"]
    queue.done(["a"])
    for moment in range(10):
        queue.put(["a"], P.HEARD, 10 + moment / 10)
    assert ids(queue, 9, 10.9) == []
    assert queue.wait(11) == GAP - 1
    assert ids(queue, 9, 10 + GAP) == ["a"]
    queue.done(["a"])
    assert ids(queue, 9, 99) == []


def test_a_question_does_not_wait_for_the_gap() -> None:
    queue = Queue()
    queue.put(["a"], P.HEARD, 10)
    assert ids(queue, 9, 10) == ["a"]
    queue.done(["a"])
    queue.put(["a"], P.HEARD, 10.1)
    queue.put(["a"], P.ASKED, 10.2)
    assert ids(queue, 9, 10.2) == ["a"]


def test_what_is_being_looked_at_is_not_given_again_and_not_forgotten() -> None:
    queue = Queue()
    queue.put(["a"], P.MOVED, 0)
    assert ids(queue, 9, 0) == ["a"]
    queue.put(["a"], P.ASKED, 1)
    assert ids(queue, 9, 5) == []
    assert queue.wait(5) is None
    queue.done(["a"])
    assert queue.wait(5) == 0
    assert ids(queue, 9, 5) == ["a"]


def test_below_a_limit_the_less_urgent_wait() -> None:
    queue = Queue()
    queue.put(["routine"], P.ROUTINE, 0)
    queue.put(["moved"], P.MOVED, 0)
    queue.put(["heard"], P.HEARD, 0)
    assert ids(queue, 9, 0, P.HEARD) == ["heard"]
    assert ids(queue, 9, 1_000, P.HEARD) == []
    assert queue.wait(1_000, P.HEARD) is None
    assert ids(queue, 9, 1_000) == ["moved", "routine"]


def test_no_stream_of_questions_keeps_the_others_out() -> None:
    queue = Queue()
    queue.put(["routine"], P.ROUTINE, 0)
    for number in range(TURN + 1):
        queue.put([f"asked-{number}"], P.ASKED, number + 1)
        (found,) = ids(queue, 1, number + 1)
        if found == "routine":
            return
    raise AssertionError("it never got its turn")


def test_what_is_gone_no_longer_waits() -> None:
    queue = Queue()
    queue.put(["a", "b"], P.MOVED, 0)
    assert queue.keep_only(["b", "c"]) == ["a"]
    assert ids(queue, 9, 1) == ["b"]


STEPS = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from(Priority), st.integers(0, 3)), max_size=60
)


@given(STEPS)
def test_whatever_is_put_is_given_once_for_each_time_it_waited(
    steps: list[tuple[str, Priority, int]],
) -> None:
    queue, now, waiting = Queue(), 0.0, set[str]()
    for id_, priority, takes in steps:
        now += 0.5
        queue.put([id_], priority, now)
        waiting.add(id_)
        given_ = ids(queue, takes, now)
        assert len(given_) == len(set(given_))
        assert waiting >= set(given_)
        waiting -= set(given_)
        queue.done(given_)
        assert len(queue) == len(waiting)
    assert set(ids(queue, 99, now + GAP)) == waiting
