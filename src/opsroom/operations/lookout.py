"""Looking at the fleet: what to look at again, and recording what was seen.

A pass over a source finds its clones and asks the stat gate of each; only those whose gate moved
are really looked at. Looks run in worker threads and are recorded in batches.
"""

import logging
from collections import defaultdict
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


@dataclass(frozen=True, slots=True)
class Known:
    """A clone that a pass found, its source, its gate before the last look, and when that began."""

    checkout: Checkout
    source: DirectorySource
    gate: Signature | None = None
    looked: float = 0.0


class Lookout:
    """Which clones there are, and when each was looked at. One to a room."""

    def __init__(self, room: "Room") -> None:
        self._room = room
        self._met = anyio.Event()
        self._asking: defaultdict[str, anyio.Lock] = defaultdict(anyio.Lock)
        self.known: dict[str, Known] = {}

    async def met(self) -> None:
        """Wait until a pass finds other clones than the one before."""
        await self._met.wait()

    def forget_all_but(self, sources: Iterable[DirectorySource]) -> None:
        """Forget the clones of sources that nobody wants any more."""
        wanted = {source.key for source in sources}
        kept = {path: known for path, known in self.known.items() if known.source.key in wanted}
        if kept.keys() != self.known.keys():
            self.known = kept
            self._tell_met()

    def _tell_met(self) -> None:
        self._met.set()
        self._met = anyio.Event()

    async def pass_over(self, source: DirectorySource) -> None:
        """Find the clones of a source, look at those that moved, let go of those that are gone.

        A source of which nothing is left is not taken for empty: a disk that isn't mounted looks
        the same. Its repositories stay as they were, and grow stale.
        """
        with cause("pass"):
            found = await anyio.to_thread.run_sync(find, source.path, abandon_on_cancel=True)
            mine = {path for path, known in self.known.items() if known.source == source}
            if not found.clones and (mine or self._room.fleet.of_source(source.key)):
                for path in mine:
                    self.known[path] = replace(self.known[path], gate=None)
                await record_pass(self._room, source, found, failed=True)
                return
            gates = await anyio.to_thread.run_sync(_gates, found, abandon_on_cancel=True)
            moved = self._meet(source, found, gates)
            missing = mine - gates.keys()
            gone = {path for path in missing if not _behind(path, found)}
            for path in gone:
                del self.known[path]
            for path in missing - gone:
                self.known[path] = replace(self.known[path], gate=None)
            if gone or moved:
                self._tell_met()
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
        """Really look at these clones, and record what was seen.

        A clone that is no longer there is left to the next pass, which comes at once. The gate is
        remembered last: what could not be recorded is looked at again.
        """
        chosen = [self.known[path] for path in paths if path in self.known]
        with cause("look"):
            for start in range(0, len(chosen), BATCH):
                batch = chosen[start : start + BATCH]
                begun = anyio.current_time()
                seen = await anyio.to_thread.run_sync(_look, batch, abandon_on_cancel=True)
                still = {path: look for path, look in seen.items() if path in self.known}
                if len(still) < len(batch):
                    self._room.disturb()
                await record(self._room, [sighting for _, sighting in still.values()])
                for path, (gate, _) in still.items():
                    if known := self.known.get(path):
                        self.known[path] = replace(known, gate=gate, looked=begun)

    async def look_again(self, key: str) -> None:
        """Look at a repository because somebody asks for it, unless a look began since then."""
        asked = anyio.current_time()
        row = self._room.fleet.get(key)
        for facts in row.snapshot.clones if row else ():
            path = facts.clone.path
            if path not in self.known:
                await self._meet_elsewhere(path)
            async with self._asking[path]:
                known = self.known.get(path)
                if known and known.looked < asked:
                    await self.look([path])
        if self._room.settings.hosts:
            from opsroom.operations.hosts.asking import look_now

            await look_now(self._room, key)

    async def _meet_elsewhere(self, path: str) -> None:
        """Learn of a clone that another process found."""
        sources = self._room.settings.directories
        source = next((s for s in sources if Path(path).is_relative_to(s.path)), None)
        if source:
            found = await anyio.to_thread.run_sync(find, Path(path))
            for checkout in found.clones:
                if checkout.clone.path == path:
                    self.known[path] = Known(checkout, source)


def _gates(found: Found) -> dict[str, Signature]:
    return {checkout.clone.path: signature(checkout) for checkout in found.clones}


def _look(batch: Iterable[Known]) -> dict[str, tuple[Signature, Sighting]]:
    known = list(batch)
    looks = look_all([each.checkout for each in known])
    return {
        each.checkout.clone.path: (seen.signature, Sighting(seen.facts, each.source))
        for each, seen in zip(known, looks, strict=True)
        if not seen.gone
    }


def _behind(path: str, found: Found) -> bool:
    """Whether the clone may be there still, in a folder that could not be looked into."""
    return any(Path(path).is_relative_to(problem.path) for problem in found.problems)
