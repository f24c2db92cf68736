from datetime import UTC, datetime, timedelta

import anyio
import pytest

from opsroom.clients.host import HostError, NotLetIn, Priority
from opsroom.operations.hosts.reach import FIRST, LONGEST, SLOWLY, Reach
from opsroom.operations.hosts.retries import FIRST as RETRIED
from opsroom.operations.hosts.retries import LATEST, Retries
from opsroom.operations.hosts.signal import Signal

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
DOWN = HostError("github.test can't be reached")


def test_one_hiccup_is_no_news_and_a_long_failure_is_one() -> None:
    reach = Reach()
    assert not reach.failed(DOWN)
    assert not reach.is_open
    assert reach.problem == ""
    assert not reach.answered()
    told = [reach.failed(DOWN) for _ in range(50)]
    assert told.count(True) == 1
    assert told[1]
    assert reach.problem == "github.test can't be reached"
    assert reach.answered()
    assert not reach.answered()
    assert reach.is_open


def test_a_wrong_credential_is_told_at_once_and_tried_slowly() -> None:
    reach = Reach()
    error = NotLetIn("the host does not know the token", "make a new one")
    assert reach.failed(error)
    assert reach.problem == "the host does not know the token: make a new one"
    assert 0.7 * SLOWLY < reach.delay(error, NOW) < 1.3 * SLOWLY


def test_it_waits_longer_each_time_and_not_for_ever() -> None:
    reach, delays = Reach(), list[float]()
    for _ in range(60):
        reach.failed(DOWN)
        delays.append(reach.delay(DOWN, NOW))
    assert 0.7 * FIRST < delays[0] < 1.3 * FIRST
    assert delays[3] > delays[0]
    assert all(delay <= LONGEST * 1.3 for delay in delays)
    assert len({round(delay, 3) for delay in delays[-20:]}) > 1


def test_it_believes_the_host_about_when_to_come_back_within_bounds() -> None:
    reach = Reach()
    reach.failed(DOWN)
    assert reach.delay(HostError("busy", until=NOW + timedelta(minutes=10)), NOW) == 600
    assert reach.delay(HostError("busy", until=NOW + timedelta(days=9)), NOW) == 3600
    assert reach.delay(HostError("busy", until=NOW - timedelta(days=9)), NOW) > 0


async def test_others_wait_until_it_answers() -> None:
    reach, passed = Reach(), anyio.Event()

    async def waits() -> None:
        await reach.open()
        passed.set()

    reach.failed(DOWN)
    reach.failed(DOWN)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(waits)
        await anyio.wait_all_tasks_blocked()
        assert not passed.is_set()
        reach.answered()
        with anyio.fail_after(1):
            await passed.wait()


async def test_a_signal_is_not_lost_and_wakes_everybody() -> None:
    signal, woken = Signal(), list[bool]()
    signal.give()
    assert await signal.wait(0)
    assert not await signal.wait(0)

    async def waits() -> None:
        woken.append(await signal.wait(5))

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(waits)
        await anyio.wait_all_tasks_blocked()
        signal.give()
    assert woken == [True, True, True]
    assert not await signal.wait(0)


def test_what_failed_is_tried_again_later_each_time() -> None:
    retries = Retries()
    retries.failed(["a"], Priority.ASKED, 0)
    assert retries.due(RETRIED - 1) == {}
    assert retries.due(RETRIED) == {"a": Priority.MOVED}
    assert retries.due(RETRIED) == {}
    retries.failed(["a"], Priority.ROUTINE, RETRIED)
    assert retries.due(2 * RETRIED) == {}
    assert retries.due(3 * RETRIED) == {"a": Priority.ROUTINE}
    for _ in range(20):
        retries.failed(["a"], Priority.HEARD, 0)
    assert retries.due(LATEST) == {"a": Priority.HEARD}
    retries.worked(["a"])
    retries.failed(["a"], Priority.HEARD, 0)
    assert retries.due(RETRIED) == {"a": Priority.HEARD}
    assert len(retries) == 1
