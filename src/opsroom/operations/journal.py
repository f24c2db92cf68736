"""The journal as it is read: pages of events, in their order."""

from typing import Any

from opsroom.model.event import Event
from opsroom.model.text import plain
from opsroom.model.value import Value
from opsroom.operations.answers import Answer, lead
from opsroom.operations.room import Room
from opsroom.store.cursor import LOST, Cursor, CursorState


class Entry(Value):
    """One event as every stream and page shows it. `summary` holds text from repositories."""

    id: int
    at: str
    kind: str
    repository: str | None
    summary: str
    data: dict[str, Any]

    @classmethod
    def of(cls, event: Event) -> "Entry":
        """An event, its text made plain."""
        return cls(
            id=event.id,
            at=event.at.isoformat(),
            kind=event.kind,
            repository=event.repository,
            summary=plain(event.summary),
            data=event.data,
        )


class JournalPage(Answer):
    """Some events, and the cursor after the newest of them. `complete` False: there are more."""

    cursor: str
    complete: bool
    events: list[Entry]

    def reading(self) -> str:
        """One line an event."""
        lines = [f"- {e.id} {e.at} {e.kind} {e.repository or ''}: {e.summary}" for e in self.events]
        head = lead(self.as_of, self.coverage, self.note)
        return "\n".join([*head, *lines, f"cursor {self.cursor}"])


async def newest(room: Room, count: int) -> JournalPage:
    """The newest events for this caller, newest first."""
    journal = room.store.journal
    events = await journal.newest(count)
    last = events[-1].id if events else await journal.last_id()
    await room.refresh()
    heard = filter(room.hears(), reversed(events))
    return _page(room, list(heard), str(journal.cursor(last)), complete=True)


async def following(room: Room, cursor: str, count: int) -> JournalPage:
    """The events right after a cursor, in order.

    A cursor that is older than the journal, or of another history, is told so in the note, with
    an empty page.
    """
    journal = room.store.journal
    place = Cursor.parse(cursor)
    stands = await journal.check(place)
    if stands is not CursorState.FRESH:
        page = _page(room, [], await room.cursor(), complete=True)
        return page.model_copy(update={"note": f"{LOST[stands]}; read opsroom://fleet instead"})
    events = await journal.after(place.id, count)
    last = events[-1].id if events else place.id
    await room.refresh()
    return _page(
        room,
        list(filter(room.hears(), events)),
        str(journal.cursor(last)),
        complete=len(events) < count,
    )


def _page(room: Room, events: list[Event], cursor: str, *, complete: bool) -> JournalPage:
    looked, covered = room.looked(room.rows(), whole=True)
    return JournalPage(
        as_of=looked,
        coverage=covered,
        cursor=cursor,
        complete=complete,
        events=[Entry.of(event) for event in events],
    )
