"""Looking at the fleet: what to look at again, and recording what was seen.

A pass over a source finds its clones and asks the stat gate of each; only those whose gate moved
are really looked at. Looks run in worker threads and are recorded in batches.
"""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from opsroom.logs import cause
from opsroom.observe.checkout import Checkout, Found
from opsroom.observe.gate import Signature, signature
from opsroom.observe.sources.directory import find
from opsroom.observe.survey import look_all
from opsroom.operations.gather import Sighting
from opsroom.operations.record import record, record_pass
from opsroom.settings import DirectorySource

if TYPE_CHECKING:
    from opsroom.operations.room import Room

log = logging.getLogger("opsroom.lookout")

BATCH = 64
"""Looks that are recorded in one transaction: a fraction of a second of the write lock."""

RECENT = 1.0
"""Seconds for which a look counts as 'now' when somebody asks for a repository."""


@dataclass(frozen=True, slots=True)
class Known:
    """A clone that a pass found, its source, its gate before the last look, and when that was."""

    checkout: Checkout
    source: DirectorySource
    gate: Signature | None = None
    looked: float = 0.0


class Lookout:
    """Which clones there are, and when each was looked at. One to a room."""

    def __init__(self, room: "Room") -> None:
        self._room = room
        self._met = anyio.Event()
        self.known: dict[str, Known] = {}

    async def met(self) -> None:
        """Wait until a pass finds other clones than the one before."""
        await self._met.wait()

    async def pass_over(self, source: DirectorySource) -> None:
        """Find the clones of a source, look at those that moved, let go of those that are gone.

        A source of which nothing is left is not taken for empty: a disk that isn't mounted looks
        the same. Its repositories stay as they were, and grow stale.
        """
        with cause("pass"):
            found = await anyio.to_thread.run_sync(find, source.path, abandon_on_cancel=True)
            mine = {path for path, known in self.known.items() if known.source == source}
            if not found.clones and (mine or self._room.fleet.of_source(source.key)):
                await record_pass(self._room, source, found, failed=True)
                return
            gates = await anyio.to_thread.run_sync(_gates, found, abandon_on_cancel=True)
            moved = self._meet(source, found, gates)
            gone = {path for path in mine - gates.keys() if not _behind(path, found)}
            for path in gone:
                del self.known[path]
            if gone or moved:
                self._met.set()
                self._met = anyio.Event()
            await self.look(moved)
            await record_pass(self._room, source, found, failed=False)

    def _meet(
        self, source: DirectorySource, found: Found, gates: dict[str, Signature]
    ) -> list[str]:
        """Remember what was found; the paths of the clones that have to be looked at."""
        moved: list[str] = []
        for checkout in found.clones:
            path = checkout.clone.path
            known = self.known.get(path)
            if known is None or known.checkout != checkout:
                self.known[path] = Known(checkout, source)
                moved.append(path)
            elif known.gate != gates[path]:
                moved.append(path)
        return moved

    async def look(self, paths: Collection[str]) -> None:
        """Really look at these clones, and record what was seen."""
        chosen = [self.known[path] for path in paths if path in self.known]
        with cause("look"):
            for start in range(0, len(chosen), BATCH):
                batch = chosen[start : start + BATCH]
                seen = await anyio.to_thread.run_sync(_look, batch, abandon_on_cancel=True)
                now = anyio.current_time()
                for known, (gate, _) in zip(batch, seen, strict=True):
                    path = known.checkout.clone.path
                    self.known[path] = replace(known, gate=gate, looked=now)
                await record(self._room, [sighting for _, sighting in seen])

    async def look_again(self, key: str) -> None:
        """Look at a repository because somebody asks for it, unless that was just done."""
        row = self._room.fleet.get(key)
        now = anyio.current_time()
        for facts in row.snapshot.clones if row else ():
            path = facts.clone.path
            if path not in self.known:
                await self._meet_elsewhere(path)
            known = self.known.get(path)
            if known and (not known.looked or now - known.looked > RECENT):
                await self.look([path])

    async def _meet_elsewhere(self, path: str) -> None:
        """Learn of a clone that another process found."""
        sources = self._room.settings.sources
        source = next((s for s in sources if Path(path).is_relative_to(s.path)), None)
        if source:
            found = await anyio.to_thread.run_sync(find, Path(path))
            for checkout in found.clones:
                if checkout.clone.path == path:
                    self.known[path] = Known(checkout, source)


def _gates(found: Found) -> dict[str, Signature]:
    return {checkout.clone.path: signature(checkout) for checkout in found.clones}


def _look(batch: Iterable[Known]) -> list[tuple[Signature, Sighting]]:
    known = list(batch)
    looks = look_all([each.checkout for each in known])
    return [
        (seen.signature, Sighting(seen.facts, each.source))
        for each, seen in zip(known, looks, strict=True)
    ]


def _behind(path: str, found: Found) -> bool:
    """Whether the clone may be there still, in a folder that could not be looked into."""
    return any(Path(path).is_relative_to(problem.path) for problem in found.problems)
