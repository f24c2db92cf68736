"""Statements of VEX documents, by the file that was brought in last under its name."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.vex import Statement
from opsroom.store.bulk import rows_with
from opsroom.store.scan_tables import statements
from opsroom.store.upsert import upsert


async def save_statements(
    connection: AsyncConnection, repository_id: int, file: str, told: Sequence[Statement]
) -> None:
    """Keep what a file says of a repository, in place of what it said before."""
    await connection.execute(
        delete(statements)
        .where(statements.c.repository_id == repository_id)
        .where(statements.c.file == file)
    )
    rows = [
        {"repository_id": repository_id, "file": file, "position": position, **dict(each)}
        for position, each in enumerate(told)
    ]
    await upsert(connection, statements, rows)


async def load_statements(
    connection: AsyncConnection, repository_ids: Collection[int]
) -> dict[int, list[tuple[str, Statement]]]:
    """What files say of these repositories, each with its file, in the order of both."""
    asked = select(statements).order_by(statements.c.file, statements.c.position)
    found: dict[int, list[tuple[str, Statement]]] = defaultdict(list)
    async for row in rows_with(connection, asked, statements.c.repository_id, repository_ids):
        told = {field: getattr(row, field) for field in Statement.model_fields}
        found[row.repository_id].append((row.file, Statement.model_validate(told)))
    return dict(found)
