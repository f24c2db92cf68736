"""Verdicts: the health of each repository when it was last judged."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.health import Health
from opsroom.store.choose import among
from opsroom.store.tables import verdicts
from opsroom.store.upsert import upsert


async def save_verdicts(
    connection: AsyncConnection, healths: Mapping[int, Health], at: datetime
) -> None:
    """Save the health of each repository, by its id, as judged `at`."""
    await upsert(
        connection,
        verdicts,
        [
            {
                "repository_id": number,
                "grade": health.grade,
                "score": health.score,
                "body": health.model_dump_json(),
                "at": at,
            }
            for number, health in healths.items()
        ],
    )


async def load_verdicts(
    connection: AsyncConnection, ids: Sequence[int] | None
) -> dict[int, Health]:
    """The health of these repositories, or of all.

    One that another version wrote in a shape that this one doesn't know is left out: such a
    repository has not been judged yet.
    """
    rows = await connection.execute(
        select(verdicts.c.repository_id, verdicts.c.body).where(
            among(verdicts.c.repository_id, ids)
        )
    )
    wanted = None if ids is None else frozenset(ids)
    healths: dict[int, Health] = {}
    for number, body in rows:
        if wanted is None or number in wanted:
            try:
                healths[number] = Health.model_validate_json(body)
            except ValidationError:
                continue
    return healths
