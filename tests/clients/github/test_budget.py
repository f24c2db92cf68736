from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from opsroom.clients.github.budget import Ledger
from opsroom.clients.github.cadence import cadence, look_points, prices, unspent
from opsroom.clients.host import Priority
from opsroom.model.budget import Bucket, Budget

NOW = datetime(2026, 11, 24, 12, 20, tzinfo=UTC)
RESET = NOW + timedelta(minutes=40)
HOUR = timedelta(hours=1)


def ledger(limit: int = 5_000, remaining: int = 5_000) -> Ledger:
    books = Ledger("github.com", "someone")
    books.told("graphql", limit, remaining, RESET, NOW)
    return books


def spend(books: Ledger, points: int, priority: Priority = Priority.ROUTINE) -> None:
    books.charge("graphql", points, priority, "look", NOW, weight=0)


def test_a_host_that_tells_no_limit_has_none() -> None:
    books = Ledger("git.example.com", "someone")
    spend(books, 100_000)
    assert books.may("graphql", 1_000, Priority.ROUTINE, NOW) is None


def test_at_most_half_of_a_bucket_is_ours_whoever_asks() -> None:
    books = ledger()
    spend(books, 2_499)
    assert books.may("graphql", 1, Priority.WRITE, NOW) is None
    refusal = books.may("graphql", 2, Priority.WRITE, NOW)
    assert refusal is not None
    assert refusal.until == RESET
    assert "our half" in refusal.reason


def test_the_least_urgent_stop_first() -> None:
    books, stopped = ledger(), list[Priority]()
    for _ in range(2_500):
        for priority in sorted(Priority, reverse=True):
            if priority not in stopped and books.may("graphql", 1, priority, NOW):
                stopped.append(priority)
        spend(books, 1)
    assert stopped == sorted(Priority, reverse=True)[:-1]


def test_the_least_urgent_leave_something_when_others_used_the_bucket() -> None:
    books = ledger(remaining=700)
    assert books.may("graphql", 1, Priority.ASKED, NOW) is None
    refusal = books.may("graphql", 1, Priority.ROUTINE, NOW)
    assert refusal is not None
    assert "what is left" in refusal.reason


def test_a_bucket_is_full_again_when_the_host_refills_it() -> None:
    books = ledger(remaining=0)
    spend(books, 2_500)
    assert books.may("graphql", 1, Priority.WRITE, NOW)
    assert books.may("graphql", 1, Priority.ROUTINE, RESET) is None
    assert books.snapshot(RESET).buckets[1].ours == 0


def test_answers_that_arrive_in_another_order_do_not_give_points_back() -> None:
    books = ledger(remaining=4_000)
    books.told("graphql", 5_000, 4_010, RESET + timedelta(seconds=1), NOW)
    assert books.snapshot(NOW).buckets[1].remaining == 4_000
    books.told("graphql", 5_000, 4_999, RESET - HOUR, NOW)
    assert books.snapshot(NOW).buckets[1].remaining == 4_000
    books.told("graphql", 5_000, 4_999, RESET + HOUR, NOW)
    assert books.snapshot(NOW).buckets[1].remaining == 4_999


def test_a_pause_is_for_everything_or_for_one_bucket() -> None:
    books, later = ledger(), NOW + timedelta(seconds=60)
    books.pause(later, "the host asks for a pause", "graphql")
    assert books.may("rest", 1, Priority.WRITE, NOW) is None
    assert books.may("graphql", 1, Priority.WRITE, NOW)
    books.pause(later, "the host asks for a pause")
    books.pause(NOW, "a shorter one does not end it")
    refusal = books.may("rest", 1, Priority.WRITE, NOW)
    assert refusal is not None
    assert refusal.until == later
    assert books.may("rest", 1, Priority.WRITE, later) is None


def test_the_hosts_computing_is_paced_and_background_waits_first() -> None:
    books = ledger()
    for second in range(12):
        at = NOW + timedelta(seconds=second)
        books.charge("graphql", 2, Priority.ROUTINE, "look", at)
        books.settle("graphql", 0, Priority.ROUTINE, "look", at, seconds=3.0)
    now = NOW + timedelta(seconds=12)
    refusal = books.may("graphql", 2, Priority.ROUTINE, now)
    assert refusal is not None
    assert now < refusal.until <= NOW + timedelta(seconds=62)
    assert books.may("graphql", 2, Priority.ROUTINE, refusal.until) is None
    assert books.may("graphql", 2, Priority.ASKED, now) is None


def test_points_a_minute_are_counted_by_weight() -> None:
    books = Ledger("github.com", "someone")
    for _ in range(180):
        books.charge("rest", 1, Priority.WRITE, "write", NOW, weight=5)
    refusal = books.may("rest", 1, Priority.WRITE, NOW, weight=5)
    assert refusal is not None
    assert refusal.until == NOW + timedelta(minutes=1)


def test_content_is_written_a_second_apart_eighty_a_minute_five_hundred_an_hour() -> None:
    books, now, written = Ledger("github.com", "someone"), NOW, list[datetime]()
    while now < NOW + HOUR:
        refusal = books.may("rest", 1, Priority.WRITE, now, weight=5, content=True)
        if refusal is not None:
            assert refusal.until > now
            now = refusal.until
            continue
        books.charge("rest", 1, Priority.WRITE, "write", now, weight=5, content=True)
        written.append(now)
    assert len(written) == 500
    gaps = [after - before for before, after in pairwise(written)]
    assert min(gaps) >= timedelta(seconds=1)


def test_what_was_spent_on_what_is_known_for_two_hours() -> None:
    books = ledger()
    books.charge("rest", 1, Priority.SWEEP, "alerts", NOW - 2 * HOUR)
    books.charge("rest", 1, Priority.SWEEP, "alerts", NOW - HOUR)
    books.charge("rest", 1, Priority.ASKED, "alerts", NOW)
    books.settle("rest", -1, Priority.ASKED, "alerts", NOW)
    kept = books.snapshot(NOW)
    assert [(each.hour.hour, each.priority, each.requests, each.points) for each in kept.spent] == [
        (11, "sweep", 1, 1),
        (12, "asked", 1, 0),
    ]
    again = Ledger("github.com", "someone")
    again.restore(Budget.model_validate_json(kept.model_dump_json()))
    assert again.snapshot(NOW) == kept
    again.charge("rest", 1, Priority.ASKED, "alerts", NOW)
    booked = again.snapshot(NOW)
    again.restore(kept)
    assert again.snapshot(NOW) == booked


def test_the_price_of_a_look_is_the_hosts_formula() -> None:
    assert [look_points(count) for count in (1, 20, 50, 100)] == [1, 2, 5, 10]
    by_question = {price.question: price for price in prices(24)}
    assert by_question["sweep"].requests + by_question["look"].requests == 3
    assert by_question["alerts"].requests == 3


@pytest.mark.parametrize(
    ("repositories", "sweep", "whole", "look", "points"),
    [(24, 30, 30, 300, 170), (1_000, 30, 120, 3_600, 750), (10_000, 30, 1_200, 4_200, 1_600)],
)
def test_a_fleet_costs_no_more_than_a_third_of_the_budget(
    repositories: int, sweep: float, whole: float, look: float, points: int
) -> None:
    paced = cadence(repositories, Budget(host="github.com", account="a", at=NOW))
    assert paced.sweep <= sweep
    assert paced.whole <= whole
    assert paced.look <= look
    pages = -(-repositories // 100)
    cost = (
        3_600 / paced.sweep + pages * 3_600 / paced.whole + repositories / 10 * 3_600 / paced.look
    )
    assert cost <= points + 120


def test_a_low_budget_makes_facts_older() -> None:
    def left(remaining: int) -> Budget:
        bucket = Bucket(
            name="graphql", limit=5_000, remaining=remaining, resets_at=RESET, ours=0, ceiling=2_500
        )
        return Budget(host="github.com", account="a", at=NOW, buckets=(bucket,))

    full, low, empty = (cadence(5_000, left(points)) for points in (5_000, 900, 0))
    assert full.look < low.look < empty.look
    assert full.whole < low.whole < empty.whole
    assert full.sweep <= low.sweep < empty.sweep
    assert cadence(5_000, unspent(left(0))) == full, "what facts are measured against stays"
