"""What could not be looked at: when it is tried again, later each time, and when that is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from opsroom.clients.host import Priority

FIRST = 15.0
LATEST = 900.0
"""Seconds until the first repetition, and at most."""

TOLD_AFTER = 4
"""Failures of one repository in a row before it is told: some two minutes."""


@dataclass(slots=True)
class _Failed:
    priority: Priority
    tries: int
    due: float | None
    """None while it is being tried again."""
    others: int
    """How many looks at others had worked when this one failed first."""
    blamed: int = 0


class Retries:
    """Repositories whose last look failed. Times are seconds of one clock."""

    def __init__(self) -> None:
        self._failed: dict[str, _Failed] = {}
        self._worked = 0

    def __len__(self) -> int:
        return len(self._failed)

    def failed(self, ids: Iterable[str], priority: Priority, now: float) -> None:
        """A look at these failed; a question that nobody waits for any more is a routine."""
        later = Priority.MOVED if priority < Priority.HEARD else priority
        for id_ in ids:
            known = self._failed.get(id_)
            tries = known.tries + 1 if known else 0
            wait = min(LATEST, FIRST * 2.0 ** min(tries, 10))
            others, blamed = (known.others, known.blamed) if known else (self._worked, 0)
            self._failed[id_] = _Failed(later, tries, now + wait, others, blamed)

    def blame(self, reasons: Mapping[str, str], *, surely: bool) -> dict[str, str]:
        """Count failures whose reason is the repository; gives those that have to be told, and why.

        Not `surely`: it may as well be the host, unless looks at others have worked meanwhile.
        """
        told: dict[str, str] = {}
        for id_, reason in reasons.items():
            failed = self._failed.get(id_)
            if failed is None or not (surely or failed.others < self._worked):
                continue
            failed.blamed += 1
            if failed.blamed >= TOLD_AFTER:
                told[id_] = reason
        return told

    def worked(self, ids: Iterable[str]) -> None:
        """These were looked at after all, or are gone."""
        for id_ in ids:
            self._worked += 1
            self._failed.pop(id_, None)

    def due(self, now: float) -> dict[str, Priority]:
        """Those to be tried again now, and how urgently."""
        found: dict[str, Priority] = {}
        for id_, failed in self._failed.items():
            if failed.due is not None and failed.due <= now:
                failed.due = None
                found[id_] = failed.priority
        return found
