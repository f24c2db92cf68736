"""Budgets: what each credential may still ask of its host, and what was spent on what.

An account is named by a hash. Spending is kept by the hour, so that a restart forgets nothing.
"""

from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.budget import Budget, Spending
from opsroom.store.tables import budgets, spending
from opsroom.store.upsert import upsert


async def save_budget(connection: AsyncConnection, budget: Budget) -> None:
    """Keep a budget in place of the one before, unless that is newer; spending adds up by hour."""
    body = budget.model_copy(update={"spent": ()}).model_dump_json()
    row = {"account": budget.account, "at": budget.at, "body": body}
    await upsert(connection, budgets, [row], newest="at")
    rows = [{"account": budget.account, **dict(spent)} for spent in budget.spent]
    await upsert(connection, spending, rows)


async def load_budget(connection: AsyncConnection, account: str) -> Budget | None:
    """The budget of an account as it was last kept, with the spending of its last two hours.

    None when there is none, or another version wrote it.
    """
    found = await load_budgets(connection, account)
    return found[0] if found else None


async def load_budgets(connection: AsyncConnection, account: str | None = None) -> list[Budget]:
    """Every budget that is kept, or that of one account."""
    rows = select(budgets.c.account, budgets.c.body).order_by(budgets.c.account)
    spent = select(spending).order_by(spending.c.hour.desc(), spending.c.purpose)
    if account is not None:
        rows = rows.where(budgets.c.account == account)
        spent = spent.where(spending.c.account == account)
    spent_of: dict[str, list[Spending]] = {}
    for row in (await connection.execute(spent)).mappings():
        values = {name: row[name] for name in Spending.model_fields}
        spent_of.setdefault(row["account"], []).append(Spending.model_validate(values))
    found: list[Budget] = []
    for kept_as in await connection.execute(rows):
        hours = spent_of.get(kept_as.account, [])
        newest = sorted({each.hour for each in hours})[-2:]
        kept = tuple(each for each in hours if each.hour in newest)
        try:
            budget = Budget.model_validate_json(kept_as.body)
        except ValidationError:
            continue
        found.append(budget.model_copy(update={"spent": kept}))
    return found


async def prune_spending(connection: AsyncConnection, before: datetime) -> int:
    """Forget what was spent in hours before then; gives how many rows."""
    return (await connection.execute(delete(spending).where(spending.c.hour < before))).rowcount
