"""The desk: whose turn it is, and that nobody is looked at twice at the same time."""

import anyio
import pytest

from opsroom.operations.scans.desk import Desk, Order, Urgency

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_who_is_asked_about_comes_first() -> None:
    desk = Desk()
    desk.put([Order("a", Urgency.ROUTINE), Order("b", Urgency.MOVED), Order("c", Urgency.ASKED)])
    assert [(await desk.take()).key for _ in range(3)] == ["c", "b", "a"]


async def test_two_orders_become_one() -> None:
    desk = Desk()
    desk.put([Order("a", Urgency.ROUTINE, frozenset({"ruff"}), {("run_1", 0)})])
    desk.put([Order("a", Urgency.ASKED, frozenset({"secrets"}), {("run_2", 3)})])
    order = await desk.take()
    assert order.urgency is Urgency.ASKED
    assert order.names == frozenset({"ruff", "secrets"})
    assert order.tickets == {("run_1", 0), ("run_2", 3)}
    assert len(desk) == 1
    desk.done(order)
    assert len(desk) == 0


async def test_everything_is_more_than_something() -> None:
    desk = Desk()
    desk.put([Order("a", Urgency.NEW, frozenset({"ruff"})), Order("a", Urgency.NEW)])
    assert (await desk.take()).names is None


async def test_what_is_looked_at_waits_for_its_end() -> None:
    desk = Desk()
    desk.put([Order("a", Urgency.NEW)])
    first = await desk.take()
    desk.put([Order("a", Urgency.ASKED)])
    with anyio.move_on_after(0.05) as waited:
        await desk.take()
    assert waited.cancelled_caught
    assert desk.holds("a")
    desk.done(first)
    with anyio.fail_after(1):
        assert (await desk.take()).key == "a"


async def test_who_waits_for_an_order_gets_it_at_once() -> None:
    desk = Desk()
    got: list[str] = []

    async def wait() -> None:
        got.append((await desk.take()).key)

    with anyio.fail_after(1):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(wait)
            await anyio.wait_all_tasks_blocked()
            desk.put([Order("a", Urgency.NEW)])
    assert got == ["a"]
