"""Surveys: when each source was last passed over in full, and what stood in the way."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.value import Value
from opsroom.store.tables import surveys
from opsroom.store.upsert import upsert


class Survey(Value):
    """The last pass over one source. `at` is None until one was complete.

    `problems` are paths with the reason why they could not be looked at.
    """

    source: str
    at: datetime | None = None
    problems: tuple[tuple[str, str], ...] = ()


async def save_surveys(connection: AsyncConnection, passed: Sequence[Survey]) -> None:
    """Keep the newest pass over each source."""
    await upsert(connection, surveys, [dict(survey) for survey in passed])


async def load_surveys(connection: AsyncConnection) -> dict[str, Survey]:
    """The newest pass over every source, by its key."""
    rows = (await connection.execute(select(surveys))).mappings()
    return {row["source"]: Survey.model_validate(dict(row)) for row in rows}
