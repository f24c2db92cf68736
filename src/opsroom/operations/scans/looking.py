"""Looking at one repository: its files are laid out once, and every scanner that is due looks.

    export -> inventory of manifests + scanners, a few at a time -> scans with their proof, hits

Nothing is recorded here. Whatever fails is a scan that says why; the others stay.
"""

import logging
import os
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

import anyio
import anyio.to_thread

from opsroom.clients.git.checkouts import Checkouts
from opsroom.clients.git.exports import Export, export_clone
from opsroom.errors import ObservationError
from opsroom.model.inventory import Inventory
from opsroom.model.manifest import Manifest
from opsroom.model.scan import Hit, Scan, Skipped
from opsroom.model.text import plain
from opsroom.observe.covering import kinds_in
from opsroom.observe.formats import formats
from opsroom.observe.inventory import IsKnown, Key, take
from opsroom.observe.kinds import SECRETS
from opsroom.observe.parsing import Parsers
from opsroom.observe.scanners import Bounds, Look, Missing, Offer, Scanner
from opsroom.observe.sight import Sight
from opsroom.operations.scans.due import key
from opsroom.operations.scans.equipment import DEPENDENCIES, THREATS, Equipment
from opsroom.operations.scans.scenes import FleetNames

if TYPE_CHECKING:
    from opsroom.observe.grounds import Grounds

log = logging.getLogger("opsroom.scan")

PARTLY = "some of its entries were not understood"

NOTHING: Mapping[str, Scan] = MappingProxyType({})

UNFETCHED = "refs of pull requests are not fetched"
"""What strangers propose is theirs; but a secret that was proposed is told to everybody."""

CORES = max(1, os.cpu_count() or 1)


@dataclass(slots=True)
class Bench:
    """What looks share: threads, workers for manifests, and where exports lie.

    `threads` bounds how many scanners and exports work at the same time, of all repositories.
    """

    home: Path
    parsers: Parsers = field(default_factory=Parsers)
    bounds: Bounds = field(default_factory=Bounds)
    names: FleetNames = field(default_factory=FleetNames)
    threads: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(CORES))

    @property
    def exports(self) -> Path:
        """Where files are laid out."""
        return self.home / "exports"

    def rest(self) -> None:
        """End the workers that wait, and give their memory back; they are begun again at need."""
        from opsroom.observe.scanners import secrets

        self.parsers.rest()
        secrets.close()


@dataclass(slots=True)
class Seen:
    """What one look at a repository gave. `inventory` None: nobody asked, or it failed.

    `kinds` are the languages and formats among all files of the commit, by how they are named and
    how they begin.
    `grounds` are what threats are told from; `there` is what a scanner would say now if it had
    never looked, where its hits are only what is new.
    """

    scans: list[Scan] = field(default_factory=list[Scan])
    hits: dict[str, tuple[Hit, ...]] = field(default_factory=dict[str, tuple[Hit, ...]])
    inventory: Inventory | None = None
    manifests: dict[Key, Manifest] = field(default_factory=dict[Key, Manifest])
    kinds: frozenset[str] = frozenset()
    grounds: "Grounds | None" = None
    there: dict[str, tuple[Hit, ...]] = field(default_factory=dict[str, tuple[Hit, ...]])


T = TypeVar("T")
Laid = Callable[[], AbstractContextManager[Export]]
"""Lays out the files to look at; raises ObservationError or OSError where it can't."""


def of_clones(sight: Sight, home: Path, under: Path) -> Laid:
    """Lays out the files of clones on this machine."""

    def laid() -> AbstractContextManager[Export]:
        return export_clone(sight.places, sight.commit, under, worktrees=sight.worktrees, home=home)

    return laid


def of_host(sight: Sight, url: str, token: str | None, home: Path, under: Path) -> Laid:
    """Lays out the files of a commit that only its host has, beside the past of clones."""

    @contextmanager
    def laid() -> Generator[Export]:
        fetched = Checkouts(home / "checkouts")
        with (
            fetched.objects(url, sight.commit, sight.past, token) as (place, untold),
            export_clone(
                [place, *sight.places], sight.commit, under, worktrees=sight.worktrees, home=home
            ) as export,
        ):
            yield replace(export, history_untold=untold, unfetched="" if untold else UNFETCHED)

    return laid


def out_of_reach(reason: str) -> Laid:
    """Lays out nothing: its host can't be asked now."""

    def laid() -> AbstractContextManager[Export]:
        raise ObservationError(reason)

    return laid


async def look(
    bench: Bench,
    equipment: Equipment,
    names: Sequence[str],
    sight: Sight,
    laid: Laid,
    is_known: IsKnown,
    now: Callable[[], datetime],
    last: Scan | None = None,
    done: Mapping[str, Scan] = NOTHING,
) -> Seen:
    """What the scanners of these names see of a repository. Nothing raises but being cancelled.

    `last` is the look for threats before, if there was one; what threatens is told later. `done`
    are the last looks that saw something: a scanner goes on from its own, made by the same rules.
    """
    noted = _Noted(equipment, sight, now)
    present = [name for name in names if not isinstance(equipment.offers[name], Missing)]
    for name in names:
        if isinstance(offer := equipment.offers[name], Missing):
            noted.add(name, Look(reason=_why_missing(offer)))
    if not present:
        return noted.seen
    if sight.reason or not sight.commit:
        for name in present:
            noted.add(name, Look(reason=sight.reason or None))
        if not sight.reason and DEPENDENCIES in present:
            noted.seen.inventory = Inventory("")
        return noted.seen
    try:
        opened = laid()
        export = await _in_thread(bench, opened.__enter__)
    except (ObservationError, OSError) as error:
        for name in present:
            noted.add(name, Look(reason=_why(error)))
        return noted.seen
    try:
        noted.seen.kinds = await _in_thread(bench, lambda: kinds_in(export))
        async with anyio.create_task_group() as tasks:
            for name in present:
                if name == DEPENDENCIES:
                    tasks.start_soon(_take_inventory, bench, noted, export, is_known)
                elif name == THREATS:
                    tasks.start_soon(_take_grounds, bench, noted, export, last)
                elif name in equipment.scanners:
                    recall = _kept(done.get(name), equipment.offers[name])
                    tasks.start_soon(_scan, bench, noted, name, replace(export, recall=recall))
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(opened.__exit__, None, None, None)
    return noted.seen


def _kept(before: Scan | None, offer: Offer | Missing) -> str:
    """What a scanner kept at its last look, where that was by the same rules."""
    if before is None or isinstance(offer, Missing):
        return ""
    same = (before.version, before.rules) == (offer.version, offer.rules)
    return before.data if same else ""


async def _in_thread(bench: Bench, function: Callable[[], T]) -> T:
    return await anyio.to_thread.run_sync(function, limiter=bench.threads)


async def _scan(bench: Bench, noted: "_Noted", name: str, export: Export) -> None:
    scanner = noted.equipment.scanners[name]
    if not may_hold(scanner, export):
        unnamed = [each for each in export.skipped if each.count > len(each.paths)]
        noted.add(name, Look(), unnamed)  # its files may be among those
        return
    seen, seconds = await _in_thread(
        bench, lambda: _safely(name, lambda: scanner.look(export, bench.bounds))
    )
    noted.add(name, seen, export.skipped, seconds)


async def _take_inventory(bench: Bench, noted: "_Noted", export: Export, is_known: IsKnown) -> None:
    def taking() -> Look:
        inventory, manifests = take(export, is_known, bench.parsers)
        noted.seen.inventory, noted.seen.manifests = inventory, manifests
        return of_inventory(inventory)

    seen, seconds = await _in_thread(bench, lambda: _safely(DEPENDENCIES, taking))
    noted.add(DEPENDENCIES, seen, export.skipped, seconds)


async def _take_grounds(bench: Bench, noted: "_Noted", export: Export, last: Scan | None) -> None:
    """Read what only this export tells of threats; a look for them that fails says why."""
    from opsroom.observe.grounds import grounds

    branch = noted.sight.branch
    same = branch if last is not None and last.data == branch else ""
    before = "" if last is None else last.commit

    def taking() -> Look:
        noted.seen.grounds = grounds(export, before, same)
        return Look()

    failed, _ = await _in_thread(bench, lambda: _safely(THREATS, taking))
    if failed.reason is not None:
        noted.add(THREATS, failed)


def _safely(name: str, looking: Callable[[], Look]) -> tuple[Look, float]:
    """A look, and its seconds: a scanner that fails as nobody foresaw must not end the others."""
    began = time.monotonic()
    try:
        seen = looking()
    except (ObservationError, OSError) as error:
        seen = Look(reason=_why(error))
    except Exception as error:
        log.exception("scanner %s failed", name)
        seen = Look(reason=f"{name} failed ({type(error).__name__})")
    return seen, time.monotonic() - began


class _Noted:
    """Takes down looks as scans, while they come in."""

    def __init__(self, equipment: Equipment, sight: Sight, now: Callable[[], datetime]) -> None:
        self.equipment = equipment
        self.sight = sight
        self.now = now
        self.seen = Seen()

    def add(
        self, name: str, look: Look, skipped: Sequence[Skipped] = (), seconds: float = 0.0
    ) -> None:
        """One look; `skipped` is what nobody could look at."""
        offer = self.equipment.offers[name]
        known = offer if isinstance(offer, Offer) else Offer("")
        if look.reason is None:
            self.seen.hits[name] = look.hits
        self.seen.scans.append(
            Scan(
                scanner=name,
                key="" if look.onward else key(name, self.equipment, self.sight),
                commit=self.sight.commit,
                at=self.now(),
                version=known.version,
                rules=known.rules,
                data=look.kept,
                files=look.files,
                kinds=tuple(sorted(look.kinds)),
                skipped=tuple(dict.fromkeys((*skipped, *look.skipped))),
                reason=None if look.reason is None else plain(look.reason, 400),
                seconds=round(seconds, 3),
            )
        )


def may_hold(scanner: Scanner, export: Export) -> bool:
    """Whether there is anything that a scanner reads: if not, it isn't started."""
    return SECRETS in scanner.kinds or not scanner.kinds.isdisjoint(kinds_in(export))


def of_inventory(inventory: Inventory) -> Look:
    """What was read of manifests, as a look: those that could not be read are left out.

    A file that is only read beside manifests is none, whatever became of it.
    """
    known = formats()
    files = {file: known[file.format.partition("@")[0]] for file in inventory.files}
    manifests = [file for file, each in files.items() if not each.beside]
    unread: dict[str, list[str]] = {}
    for file in manifests:
        if file.reason is not None:
            unread.setdefault(file.reason, []).append(file.path)
        elif file.partly:
            unread.setdefault(PARTLY, []).append(file.path)
    skipped = tuple(
        Skipped(reason=reason, count=len(paths), example=paths[0], paths=tuple(paths))
        for reason, paths in unread.items()
    )
    read = [file for file in manifests if file.reason is None]
    return Look(
        files=len({file.path for file in read}),
        kinds=frozenset(files[file].kind for file in read),
        skipped=(*inventory.skipped, *skipped),
    )


def _why_missing(missing: Missing) -> str:
    return f"{missing.reason} ({missing.fix})" if missing.fix else missing.reason


def _why(error: ObservationError | OSError) -> str:
    if isinstance(error, OSError):
        return (error.strerror or str(error)).lower()
    return f"{error.message} ({error.hint})" if error.hint else error.message
