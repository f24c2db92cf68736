"""The resource `opsroom://budget`."""

from opsroom.operations import budget as budgets
from opsroom.operations.room import Room
from opsroom.operations.surface import resource


@resource("opsroom://budget", title="The budget of the hosts")
async def budget(room: Room) -> budgets.BudgetReport:
    """What each host still lets us ask: spent on what, left, kept for you, and what asking costs.

    Also how often each source is swept now, and why.
    """
    return await budgets.budget(room)
