"""What is due: each scanner whose last look would not come out the same.

A look's key is made of the scanner, its rules and what it would look at. While the key is that of
the last look, a look could tell nothing new, and costs nothing: no export, no process.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from opsroom.model.scan import Scan
from opsroom.observe.scanners import Missing, Offer
from opsroom.observe.sight import Sight
from opsroom.operations.fleet import Row
from opsroom.operations.scans.equipment import DEPENDENCIES, Equipment
from opsroom.operations.scans.subject import in_sight

if TYPE_CHECKING:
    from opsroom.operations.room import Room

FIRST_RETRY = timedelta(minutes=5)
"""After a look that failed; then twice as long each time, up to the day's round."""

DOUBLINGS = 8


def key(name: str, equipment: Equipment, sight: Sight) -> str:
    """The key of a look. One that reads the past also depends on every ref and on what is dirty."""
    match equipment.offers[name]:
        case Offer(version, rules):
            by = [version, rules, equipment.severities]
        case Missing(reason, _):
            return _digest([name, "missing", reason])
    if sight.reason:
        return _digest([name, "unseen", sight.reason])
    moving = [sight.past, sight.dirty] if equipment.history(name) else []
    return _digest([name, *by, sight.commit, *moving])


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:32]


@dataclass(slots=True)
class Patience:
    """How long to wait after looks that failed, by the repository and the scanner."""

    longest: timedelta
    failures: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])

    def took_place(self, repository: str, scans: Iterable[Scan]) -> None:
        """Learn how looks came out."""
        for scan in scans:
            place = repository, scan.scanner
            if scan.reason is None:
                self.failures.pop(place, None)
            else:
                self.failures[place] = self.failures.get(place, 0) + 1

    def until(self, repository: str, scan: Scan) -> datetime:
        """When a look that failed is worth a repetition."""
        times = min(self.failures.get((repository, scan.scanner), 1) - 1, DOUBLINGS)
        return scan.at + min(FIRST_RETRY * (1 << times), self.longest)


REASONS = ("moved", "discovery", "data", "schedule")
"""Why something is due by itself: another commit or ref, never looked at, other scanners or rules,
and what failed or did not come to its end before."""


@dataclass(frozen=True, slots=True)
class Due:
    """A repository of which something is due, and why."""

    row: Row
    reason: str


def what_is_due(
    room: "Room", rows: Iterable[Row], equipment: Equipment, patience: Patience
) -> list[Due]:
    """Which of these repositories have to be looked at, as far as it is for this process to do.

    Reads a few small files of clones: call it in a thread.
    """
    found: list[Due] = []
    now = room.now()
    for row in rows:
        sight = in_sight(room, row)
        if sight is None:
            continue
        kept = {scan.scanner: scan for scan in row.scans}
        names = due(row.repository.key, kept, sight, equipment, patience, now)
        if names:
            found.append(Due(row, _reason(names, kept, sight)))
    return found


def _reason(names: Collection[str], kept: Mapping[str, Scan], sight: Sight) -> str:
    if not kept:
        return "discovery"
    known = [kept[name] for name in names if name in kept]
    if any(scan.commit != sight.commit for scan in known):
        return "moved"
    if len(known) < len(names):
        return "data"
    again = all(scan.reason or not scan.key for scan in known)
    return "schedule" if again else "moved"


def due(
    repository: str,
    kept: Mapping[str, Scan],
    sight: Sight,
    equipment: Equipment,
    patience: Patience,
    now: datetime,
    *,
    asked: bool = False,
) -> tuple[str, ...]:
    """The scanners of the equipment that should look now, by what is kept of their last looks.

    `asked`: somebody waits, so that a failure is worth a repetition at once.
    """
    wanted: list[str] = []
    for name, offer in sorted(equipment.offers.items()):
        last = kept.get(name)
        if last is None or last.key != key(name, equipment, sight):
            wanted.append(name)
            continue
        # Manifests that were read lack only advisories then, which come by themselves.
        read = name == DEPENDENCIES and last.files > 0
        failed = last.reason is not None and not (isinstance(offer, Missing) or read)
        if failed and (asked or now >= patience.until(repository, last)):
            wanted.append(name)
    return tuple(wanted)
