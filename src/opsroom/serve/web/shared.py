"""What every route of one application shares."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from opsroom.operations.room import Room
from opsroom.serve.web.access import Access
from opsroom.serve.web.feed import Feed


@dataclass(frozen=True)
class Shared:
    """The room, its journal for listeners, and who may ask."""

    room: Room
    feed: Feed
    access: Access

    async def opened(self) -> Room:
        """The room, open.

        Raises:
            StoreError: the store can't be opened.
        """
        await self.room.open()
        return self.room


def shared(connection: HTTPConnection) -> Shared:
    """What the application of that request shares."""
    found: Shared = connection.scope["app"].state.shared
    return found
