"""The tags of repositories, as looks at their clones and at their hosts saw them.

They are facts as others are, and kept where those are: `store/facts` writes and forgets them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.facts import Unknown
from opsroom.model.tags import Tags
from opsroom.store.choose import among
from opsroom.store.facts import HOST, TAGS, read_group
from opsroom.store.tables import facts


@dataclass(frozen=True, slots=True)
class Tagged:
    """Who told the tags of one repository: its clones, by path, and its host. None: no look did."""

    clones: tuple[Tags | Unknown, ...] = ()
    host: Tags | Unknown | None = None


async def load_tags(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, Tagged]:
    """The tags of these repositories, by the id of each; those that no look told are left out."""
    rows = (
        await connection.execute(
            select(facts)
            .where(among(facts.c.repository_id, ids), facts.c.group == TAGS)
            .order_by(facts.c.repository_id, facts.c.subject)
        )
    ).mappings()
    wanted = frozenset(ids)
    told: dict[int, Tagged] = {}
    for row in rows:
        number = row["repository_id"]
        if number not in wanted:
            continue
        found, known = read_group(Tags, dict(row)), told.get(number, Tagged())
        told[number] = (
            Tagged(known.clones, found)
            if row["subject"] == HOST
            else Tagged((*known.clones, found), known.host)
        )
    return told
