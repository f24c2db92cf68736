"""A second between writes, 80 pieces of content a minute, 500 an hour."""

from itertools import pairwise

from opsroom.clients.github.write.pace import Pace


def write(pace: Pace, now: float, count: int, *, content: bool = True) -> list[float]:
    """Write as quickly as the pace allows; the times at which it did."""
    times: list[float] = []
    for _ in range(count):
        now = pace.earliest(now, content=content)
        pace.reserve(now, content=content)
        times.append(now)
    return times


def most_within(times: list[float], seconds: float) -> int:
    return max(sum(start <= at < start + seconds for at in times) for start in times)


def test_a_second_lies_between_two_writes() -> None:
    times = write(Pace(), 100.0, 20)
    assert times[0] == 100.0
    assert all(after - before >= 1.0 for before, after in pairwise(times))


def test_no_minute_has_more_than_80_and_no_hour_more_than_500() -> None:
    times = write(Pace(), 0.0, 1_200)
    assert most_within(times, 60.0) <= 80
    assert most_within(times, 3600.0) == 500


def test_what_nobody_is_told_of_counts_for_the_second_alone() -> None:
    pace = Pace()
    times = write(pace, 0.0, 700, content=False)
    assert times[-1] == 699.0
    assert pace.earliest(700.0, content=True) == 700.0


def test_a_pause_gives_the_pace_back() -> None:
    pace = Pace()
    write(pace, 0.0, 500)
    late = 10_000.0
    assert pace.earliest(late, content=True) == late
