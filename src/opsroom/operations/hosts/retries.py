"""What could not be looked at: when it is tried again, later each time."""

from collections.abc import Iterable
from dataclasses import dataclass

from opsroom.clients.host import Priority

FIRST = 15.0
LATEST = 900.0
"""Seconds until the first repetition, and at most."""


@dataclass(slots=True)
class _Failed:
    priority: Priority
    tries: int
    due: float | None
    """None while it is being tried again."""


class Retries:
    """Repositories whose last look failed. Times are seconds of one clock."""

    def __init__(self) -> None:
        self._failed: dict[str, _Failed] = {}

    def __len__(self) -> int:
        return len(self._failed)

    def failed(self, ids: Iterable[str], priority: Priority, now: float) -> None:
        """A look at these failed; a question that nobody waits for any more is a routine."""
        later = Priority.MOVED if priority < Priority.HEARD else priority
        for id_ in ids:
            known = self._failed.get(id_)
            tries = known.tries + 1 if known else 0
            wait = min(LATEST, FIRST * 2.0 ** min(tries, 10))
            self._failed[id_] = _Failed(later, tries, now + wait)

    def worked(self, ids: Iterable[str]) -> None:
        """These were looked at after all, or are gone."""
        for id_ in ids:
            self._failed.pop(id_, None)

    def due(self, now: float) -> dict[str, Priority]:
        """Those to be tried again now, and how urgently."""
        found: dict[str, Priority] = {}
        for id_, failed in self._failed.items():
            if failed.due is not None and failed.due <= now:
                failed.due = None
                found[id_] = failed.priority
        return found
