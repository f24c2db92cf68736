"""Which repositories of a host wait for a look, and in which order they get it.

An id waits once, under the most urgent reason that anybody gave. Among those with the same
urgency who waited longest is first; one place in `TURN` goes to who waited longest of all, so that
no stream of urgent ones keeps the others out for ever.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from opsroom.clients.host import Priority

GAP = 1.5
"""Seconds between two looks at one repository: news that come meanwhile are one reason."""

LONG_GAP = 30.0
"""The same while the budget is low."""

TURN = 8
"""Every so many places, one goes to who has waited longest."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An id that waits: why, since when, and from when on it may be looked at."""

    id: str
    priority: Priority
    since: float
    due: float


class Queue:
    """The ids that wait. Times are seconds of one clock, whichever that is."""

    def __init__(self, gap: float = GAP) -> None:
        self.gap = gap
        """Seconds between two looks at one repository of which news come."""
        self._waiting: dict[Priority, dict[str, Waiting]] = {each: {} for each in Priority}
        self._priority: dict[str, Priority] = {}
        self._looking: set[str] = set()
        self._looked: dict[str, float] = {}
        self._given = 0

    def __len__(self) -> int:
        return len(self._priority)

    def __contains__(self, id_: str) -> bool:
        return id_ in self._priority

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits, and nothing is being looked at."""
        return not self._priority and not self._looking

    def counts(self) -> dict[Priority, int]:
        """How many wait with each urgency."""
        return {priority: len(found) for priority, found in self._waiting.items()}

    def put(self, ids: Iterable[str], priority: Priority, now: float) -> None:
        """Let ids wait, and those that wait already for a more urgent reason if this is one.

        News of a repository is looked at once at once, and then once every gap.
        """
        for id_ in ids:
            known = self._priority.get(id_)
            if known is None:
                due = self._looked.get(id_, now - self.gap) + self.gap
                heard = priority is Priority.HEARD
                entry = Waiting(id_, priority, now, max(now, due) if heard else now)
            elif priority < known:
                entry = self._waiting[known].pop(id_)
                due = entry.due if priority is Priority.HEARD else now
                entry = replace(entry, priority=priority, due=due)
            else:
                continue
            self._waiting[priority][id_] = entry
            self._priority[id_] = priority

    def take(
        self, count: int, now: float, lowest: Priority = Priority.ROUTINE
    ) -> tuple[Waiting, ...]:
        """At most so many that may be looked at now, none less urgent than `lowest`.

        What is taken is being looked at until it is `done`, and not given again before.
        """
        taken: list[Waiting] = []
        while len(taken) < count:
            longest = (self._given + 1) % TURN == 0
            found = self._longest(now, lowest) if longest else self._next(now, lowest)
            if found is None:
                break
            self._given += 1
            self._drop(found.id)
            self._looking.add(found.id)
            self._looked[found.id] = now
            taken.append(found)
        return tuple(taken)

    def done(self, ids: Iterable[str]) -> None:
        """These are no longer being looked at."""
        self._looking.difference_update(ids)

    def keep_only(self, ids: Iterable[str]) -> list[str]:
        """Forget all others, which are gone; gives those that waited."""
        wanted = frozenset(ids)
        others = [each for each in self._priority if each not in wanted]
        for id_ in others:
            self._drop(id_)
        self._looked = {id_: at for id_, at in self._looked.items() if id_ in wanted}
        return others

    def wait(self, now: float, lowest: Priority = Priority.ROUTINE) -> float | None:
        """Seconds until something may be taken; None while nothing waits.

        What is being looked at waits for `done`, and for no time.
        """
        due = [
            entry.due
            for priority in Priority
            if priority <= lowest
            for entry in self._waiting[priority].values()
            if entry.id not in self._looking
        ]
        return max(0.0, min(due) - now) if due else None

    def _next(self, now: float, lowest: Priority) -> Waiting | None:
        """The first of the most urgent."""
        return next((found for found in self._firsts(now, lowest)), None)

    def _longest(self, now: float, lowest: Priority) -> Waiting | None:
        """Who has waited longest, however urgent it is."""
        return min(self._firsts(now, lowest), key=lambda found: found.since, default=None)

    def _firsts(self, now: float, lowest: Priority) -> Iterable[Waiting]:
        """The first of each urgency, most urgent first."""
        for priority in Priority:
            if priority > lowest:
                return
            for entry in self._waiting[priority].values():
                if entry.due <= now and entry.id not in self._looking:
                    yield entry
                    break

    def _drop(self, id_: str) -> None:
        del self._waiting[self._priority.pop(id_)][id_]
