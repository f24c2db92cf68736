"""What moved in the findings of some repositories, and all that is written because of it."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from opsroom.judge.changes import changed
from opsroom.judge.findings.moves import Moves, happening
from opsroom.judge.findings.vex import Said, silenced
from opsroom.judge.health import health_of
from opsroom.model.event import Happening
from opsroom.model.finding import KeptFinding
from opsroom.model.health import Health
from opsroom.operations.draft import only_swept, traced
from opsroom.operations.fleet import Row
from opsroom.store.findings import save_findings
from opsroom.store.journal import append
from opsroom.store.meta import next_revision
from opsroom.store.repositories import touch
from opsroom.store.verdicts import save_verdicts

if TYPE_CHECKING:
    from opsroom.store.database import Connection

log = logging.getLogger("opsroom.scan")

VEX = "a VEX document"
"""Who suppressed what a document had said before it was found."""


@dataclass(slots=True)
class Moved:
    """Moves of findings, by the id of their repository, until they are saved together."""

    now: datetime
    said: Mapping[int, Sequence[Said]] = field(default_factory=dict[int, Sequence[Said]])
    """What VEX documents say, by the id of the repository: it counts for what opens."""
    _findings: dict[int, list[KeptFinding]] = field(default_factory=dict[int, list[KeptFinding]])
    _healths: dict[int, Health] = field(default_factory=dict[int, Health])
    _happenings: list[Happening] = field(default_factory=list[Happening])
    _keys: dict[str, str] = field(default_factory=dict[str, str])

    def note(self, number: int, row: Row, moves: Iterable[Moves]) -> None:
        """Note what moved in a repository, one scanner after the other.

        A grade that changes because more is known of what was there is no news.
        """
        known = self.said.get(number, ())
        found = [each for each in moves if each.kept]
        told = [silenced(each, known, VEX, self.now) for each in found]
        if not told:
            return
        lives = {each.finding.fingerprint: each for each in row.kept}
        for before, each in zip(found, told, strict=True):
            lives |= {kept.finding.fingerprint: kept for kept in each.kept}
            self._happenings += each.happenings(row.name)
            self._happenings += _silent(row, before, each)
        self._findings[number] = [kept for each in told for kept in each.kept]
        self._keys[row.name] = row.repository.key
        if only_swept(row.snapshot):
            return
        health = health_of(lives.values(), row.snapshot)
        if health == row.health:
            return
        self._healths[number] = health
        quietly = all(each.only_backlog for each in told)
        change = changed(row.snapshot, row.snapshot, health if quietly else row.health, health)
        self._happenings += [change] if change else []

    def tell(self, row: Row, told: Happening) -> None:
        """Note an event that no move makes by itself."""
        self._happenings.append(told)
        self._keys[row.name] = row.repository.key

    async def save(self, connection: "Connection", touched: Collection[int] = ()) -> None:
        """Write all of it. `touched` are repositories of which something else was written, too."""
        revision = await next_revision(connection)
        await save_findings(connection, self._findings)
        await save_verdicts(connection, self._healths, self.now)
        await touch(connection, {*self._findings, *touched}, revision)
        told = [traced(happening, self._keys) for happening in self._happenings]
        for event in await append(connection, told, self.now):
            log.info("event %s %s %s: %s", event.id, event.kind, event.repository, event.summary)


def _silent(row: Row, before: Moves, after: Moves) -> list[Happening]:
    """The events of what a document had said before it was found."""
    quiet = after.updated[len(before.updated) :]
    return [
        happening("finding.suppressed", row.name, kept.finding, kept.suppression.reason)
        for kept in quiet
        if kept.suppression and not kept.baseline
    ]


def standing(kept: Iterable[KeptFinding], moves: Iterable[Moves]) -> Mapping[str, KeptFinding]:
    """The findings of a repository after these moves, by their fingerprints."""
    lives = {each.finding.fingerprint: each for each in kept}
    for each in moves:
        lives |= {moved.finding.fingerprint: moved for moved in each.kept}
    return lives
