"""Recording that full looks at a repository fail again and again, while its host is well.

What a sweep tells of it stays, and is kept up by sweeps. What only a full look tells is unknown
from then on, with the reason, until one works: nothing of it is green on old facts.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from opsroom.model.facts import Unknown
from opsroom.model.repository import RepositoryState
from opsroom.model.text import plain
from opsroom.operations.draft import Draft
from opsroom.settings import HostSource

if TYPE_CHECKING:
    from opsroom.operations.room import Room


async def record_untold(room: "Room", source: HostSource, reasons: Mapping[str, str]) -> None:
    """Write why repositories can't be looked at, by the host's ids."""
    async with room.store.write() as connection:
        await room.fleet.refresh(connection)
        draft = Draft(room.limits, room.now())
        for id_, reason in reasons.items():
            row = room.fleet.of_host(source.host, id_)
            if row is None or row.repository.state is RepositoryState.GONE:
                continue
            known = row.snapshot.settings
            said = plain(f"no look at it works: {reason}")
            if source.key not in row.repository.sources or _says(known, said):
                continue
            nothing = Unknown(at=draft.now, source=source.key, reason=said)
            groups = {"settings": nothing, "listed": nothing}
            draft.judge(row, row.snapshot.model_copy(update=groups))
        await draft.save(connection, room.fleet)
    await room.refresh()


def _says(known: object, reason: str) -> bool:
    return isinstance(known, Unknown) and known.reason == reason
