"""The newest events in memory, so that many readers are not as many queries."""

from bisect import bisect_right
from collections.abc import Sequence

from opsroom.model.event import Event

CAPACITY = 4096


class Ring:
    """Every event after `floor`, up to the newest; at most about `capacity` of them.

    A reader that is behind `floor` has to ask the table.
    """

    def __init__(self, floor: int, capacity: int = CAPACITY) -> None:
        self.floor = floor
        self._capacity = capacity
        self._events: list[Event] = []

    @property
    def last(self) -> int:
        """The id of the newest event."""
        return self._events[-1].id if self._events else self.floor

    def extend(self, events: Sequence[Event]) -> None:
        """Add newer events; the oldest go. Cut in halves, so that each is moved once."""
        self._events.extend(events)
        if len(self._events) > self._capacity:
            cut = len(self._events) - self._capacity // 2
            self.floor = self._events[cut - 1].id
            del self._events[:cut]

    def after(self, cursor: int, limit: int) -> list[Event] | None:
        """The first `limit` events after `cursor`, or None when some are no longer here."""
        if cursor < self.floor:
            return None
        start = bisect_right(self._events, cursor, key=lambda event: event.id)
        return self._events[start : start + limit]
