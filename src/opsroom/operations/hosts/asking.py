"""Looking at a repository on its host because somebody waits for the answer, but not for long.

Where another process watches the source, the wish goes through the store, like a webhook.
"""

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import anyio

from opsroom.model.heard import Heard
from opsroom.model.host import Remote
from opsroom.model.repository import RepositoryState
from opsroom.operations.hosts.watch import ASKED
from opsroom.store.deliveries import Delivery, take_in

if TYPE_CHECKING:
    from opsroom.operations.fleet import Row
    from opsroom.operations.room import Room

SECONDS = 3.0
"""How long a question waits for the host; then what is known has to do."""

JUST_NOW = timedelta(seconds=2)
"""How old a look may be that is not worth repeating."""


async def look_now(room: "Room", key: str) -> None:
    """Have a repository looked at on its host, unless that was just done or can't be had."""
    row = room.fleet.get(key)
    id_ = row.repository.host_id if row else None
    if row is None or id_ is None or row.repository.state is RepositoryState.GONE:
        return
    if _is_new(room, row):
        return
    mine = [room.watching[key] for key in row.repository.sources if key in room.watching]
    if mine:
        await mine[0].ask(id_, SECONDS)
    else:
        await _ask_others(room, row, id_)


def _is_new(room: "Room", row: "Row") -> bool:
    remote = row.snapshot.remote
    fresh = isinstance(remote, Remote) and remote.moved_at is None
    return remote is not None and fresh and room.now() - remote.at < JUST_NOW


async def _ask_others(room: "Room", row: "Row", id_: str) -> None:
    """Leave the wish in the store for whoever watches the source, if somebody does."""
    key = row.repository.key
    source = next((each for each in row.repository.sources if room.is_swept(each)), None)
    if source is None:
        return
    asked = room.now()
    guid = f"ask-{uuid.uuid4()}"
    told = Heard(delivery=guid, event=ASKED, repository_id=id_)
    async with room.store.write() as connection:
        await take_in(
            connection,
            Delivery(
                guid=guid,
                source=source,
                event=ASKED,
                subjects=(id_,),
                told=told,
                received_at=asked,
            ),
        )
    with anyio.move_on_after(SECONDS):
        while _seen_before(room, key, asked):
            await room.store.changed()
            await room.refresh()


def _seen_before(room: "Room", key: str, asked: datetime) -> bool:
    """Whether the newest look at a repository is older than the question."""
    row = room.fleet.get(key)
    remote = row.snapshot.remote if row else None
    return remote is not None and remote.at < asked
