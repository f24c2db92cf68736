from datetime import timedelta

import pytest
from sqlalchemy import update
from tests.store.samples import MINUTE, NOW

from opsroom.model.budget import Bucket, Budget, Pause, Spending
from opsroom.store.budgets import load_budget, load_budgets, prune_spending, save_budget
from opsroom.store.database import Store
from opsroom.store.tables import budgets

pytestmark = pytest.mark.anyio

HOUR = NOW.replace(minute=0, second=0, microsecond=0)


def spent(hours: int, points: int, purpose: str = "sweep") -> Spending:
    return Spending(
        bucket="graphql",
        hour=HOUR + timedelta(hours=hours),
        purpose=purpose,
        priority="sweep",
        requests=points,
        points=points,
    )


def budget(*spending: Spending, account: str = "a1", minutes: int = 0) -> Budget:
    return Budget(
        host="github.com",
        account=account,
        at=NOW + minutes * MINUTE,
        buckets=(Bucket(name="graphql", limit=5000, remaining=4990 - minutes, resets_at=NOW),),
        spent=spending,
        pauses=(Pause(until=NOW, reason="secondary limit"),),
    )


async def test_a_budget_comes_back_as_it_was(store: Store) -> None:
    whole = budget(spent(0, 3), spent(0, 1, "look"))
    async with store.write() as connection:
        await save_budget(connection, whole)
        found = await load_budget(connection, "a1")
        assert found is not None
        assert found.model_copy(update={"spent": whole.spent}) == whole
        assert {each.purpose: each.points for each in found.spent} == {"sweep": 3, "look": 1}
        assert await load_budget(connection, "a2") is None


async def test_spending_is_kept_by_the_hour_beside_a_newer_budget(store: Store) -> None:
    async with store.write() as connection:
        await save_budget(connection, budget(spent(0, 3)))
        await save_budget(connection, budget(spent(0, 5), spent(1, 1), minutes=5))
        await save_budget(connection, budget(spent(2, 2), minutes=1))  # older: of another process
        await save_budget(connection, budget(account="b"))
        first, second = await load_budgets(connection)
        assert (first.at, second.account) == (NOW + 5 * MINUTE, "b")
        assert [(each.hour, each.points) for each in first.spent] == [
            (HOUR + timedelta(hours=2), 2),
            (HOUR + timedelta(hours=1), 1),
        ]
        assert await prune_spending(connection, HOUR + timedelta(hours=2)) == 2


async def test_a_budget_of_another_version_is_none(store: Store) -> None:
    async with store.write() as connection:
        await save_budget(connection, budget())
        await connection.execute(update(budgets).values(body='{"shape": 2}'))
        assert await load_budget(connection, "a1") is None
