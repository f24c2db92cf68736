"""The journal for many listeners: each event is judged and written out once for all of them."""

from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, contextmanager, suppress

import anyio

from opsroom.model.event import Event
from opsroom.model.where import Where
from opsroom.operations.journal import Entry
from opsroom.operations.room import Room
from opsroom.store.cursor import LOST, Cursor, CursorState
from opsroom.store.journal import JournalPruned

REMEMBERED = 1_000
"""Judged events that are kept for the listeners that come to them later."""

RESET = "reset"
"""The kind of the message that says: what you hold is too old, read the full state."""


class Feed:
    """The journal for the listeners of one room. Each event is judged and written out once."""

    def __init__(self, room: Room) -> None:
        self.listeners = 0
        self._room = room
        self._told: dict[tuple[int, str], Entry | None] = {}
        self._telling = anyio.Lock()

    @contextmanager
    def listening(self) -> Generator[None]:
        """Count one listener for as long as it stays."""
        self.listeners += 1
        try:
            yield
        finally:
            self.listeners -= 1

    async def end(self) -> Cursor:
        """Where the journal ends now."""
        journal = self._room.store.journal
        return journal.cursor(await journal.last_id())

    async def entries(self, after: Cursor, where: Where) -> AsyncGenerator[Entry]:
        """Follow from a cursor, without end.

        What can't be told from there (a pruned or foreign cursor) begins with a `reset`, whose
        `data.cursor` is where the stream goes on.
        """
        journal, place = self._room.store.journal, after
        while True:
            stands = await journal.check(place)
            if stands is not CursorState.FRESH:
                place = await self.end()
                yield self._reset(place, LOST[stands])
            with suppress(JournalPruned):
                async with aclosing(journal.tail(place.id)) as events:
                    async for event in events:
                        place = place.model_copy(update={"id": event.id})
                        entry = await self._entry(event, where)
                        if entry is not None:
                            yield entry

    def _reset(self, place: Cursor, reason: str) -> Entry:
        return Entry(
            id=place.id,
            at=self._room.now().isoformat(),
            kind=RESET,
            repository=None,
            summary=f"{reason}: read the full state, and go on from here",
            data={"cursor": str(place)},
        )

    async def _entry(self, event: Event, where: Where) -> Entry | None:
        """The event as it is told, or None when it is not for this listener."""
        key = (event.id, str(where))
        async with self._telling:
            if key not in self._told:
                if len(self._told) >= REMEMBERED:
                    self._told.clear()
                await self._room.refresh()
                heard = self._room.hears(where)(event)
                self._told[key] = Entry.of(event) if heard else None
            return self._told[key]


def resume_point(last_event_id: str, after: str) -> Cursor | None:
    """The cursor to go on from. A browser that connects again sends both.

    `Last-Event-ID` is newer but holds a number alone; the history it belongs to is the one of
    the cursor in `after`.

    Raises:
        UsageError: one of them is not a cursor.
    """
    begun = Cursor.parse(after) if after else None
    if not last_event_id:
        return begun
    last = Cursor.parse(last_event_id)
    if begun is not None and last.epoch is None:
        last = last.model_copy(update={"epoch": begun.epoch})
    return last
