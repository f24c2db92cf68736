"""The budget of a credential, kept in the store from run to run."""

from opsroom.model.budget import Budget
from opsroom.store.budgets import load_budget, save_budget
from opsroom.store.database import Store


class StoredBooks:
    """What a client of a host keeps its books in."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def read(self, account: str) -> Budget | None:
        """The budget as it was last kept."""
        async with self._store.read() as connection:
            return await load_budget(connection, account)

    async def keep(self, budget: Budget) -> None:
        """Keep it in place of the one before."""
        async with self._store.write() as connection:
            await save_budget(connection, budget)
