"""Scanning folders once, without a centre: into a store of its own that is thrown away afterwards.

What is worth keeping lies in the home of the settings: the rules that a scanner compiled, the key
of its hashes. Advisories that a centre keeps there are used as they are; where it keeps none they
are had for this once.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import anyio.to_thread

from opsroom.errors import OpsroomError
from opsroom.model.advisory import AdvisoryData
from opsroom.observe.scanners import Missing
from opsroom.operations.advisories.data import EXPLOITS, told_data
from opsroom.operations.advisories.refresh import refresh
from opsroom.operations.fleet import Row
from opsroom.operations.room import Room
from opsroom.operations.scans.due import Patience
from opsroom.operations.scans.equipment import chosen, equip, refuse_unknown_scanners
from opsroom.operations.scans.looking import CORES, Bench
from opsroom.operations.scans.one import scan_one
from opsroom.settings import Settings
from opsroom.store.advisories.index import NAME, AdvisoryIndex

log = logging.getLogger("opsroom.scan")

Progress = Callable[[int, int], None]
"""Told how many repositories are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class ScannedOnce:
    """What one scan of folders gave: rows with findings and looks of scanners; how old the
    advisories are that packages were compared with; folders that could not be looked into, with
    the reason; scanners that are not installed here, by name."""

    rows: Sequence[Row]
    data: Sequence[AdvisoryData]
    problems: Sequence[tuple[str, str]]
    missing: frozenset[str]


async def scan_once(
    settings: Settings, scanners: Sequence[str] = (), progress: Progress | None = None
) -> ScannedOnce:
    """The repositories in the folders of the settings, looked at and scanned now.

    Raises:
        UsageError: there is no such scanner, or the settings leave it out.
        SettingsError: a scanner that the settings name doesn't exist.
        StoreError: there is no room for a store.
    """
    await anyio.to_thread.run_sync(refuse_unknown_scanners, settings)
    bench = Bench(settings.home)
    equipment = await anyio.to_thread.run_sync(equip, settings)
    names = frozenset(chosen(equipment, scanners))
    with TemporaryDirectory(prefix="opsroom-", ignore_cleanup_errors=True) as home:
        alone = settings.model_copy(
            update={"home": Path(home), "store": None, "sources": settings.directories}
        )
        async with Room(alone, watches=False) as room:
            await room.open()
            room.owner = True
            for source in alone.directories:
                await room.lookout.pass_over(source)
            await room.refresh()
            kept = await anyio.to_thread.run_sync(partial(_kept_advisories, settings))
            with closing(kept or room.advisories) as room.advisories:
                if kept is None and settings.scan.offline is not None:
                    await _have_advisories(room)
                patience = Patience(settings.scan.every)

                async def scan(row: Row) -> None:
                    await scan_one(room, row, bench, equipment, patience, only=names)

                await _each(list(room.fleet), scan, progress)
                if kept is None and settings.scan.offline is None:
                    await _have_advisories(room)
                await anyio.to_thread.run_sync(bench.rest)
                await room.refresh()
                surveys = [room.survey(source.key) for source in alone.directories]
                return ScannedOnce(
                    room.rows(),
                    await told_data(room),
                    [problem for survey in surveys if survey for problem in survey.problems],
                    frozenset(
                        name for name in names if isinstance(equipment.offers[name], Missing)
                    ),
                )


def _kept_advisories(settings: Settings) -> AdvisoryIndex | None:
    """What a centre keeps, to be looked into and nothing more; None: it keeps none."""
    path = settings.home / NAME
    if settings.scan.offline is not None or not path.exists():
        return None
    index = AdvisoryIndex(path, only_look=True)
    if any(each.fetched_at for each in index.data() if each.source not in EXPLOITS):
        return index
    index.close()
    return None


async def _have_advisories(room: Room) -> None:
    """Advisories for this once: what could not be had is said with them."""
    try:
        await refresh(room)
    except OpsroomError as error:
        log.warning("advisories: %s", error)


async def _each(
    rows: Sequence[Row], scan: Callable[[Row], Awaitable[None]], progress: Progress | None
) -> None:
    """Scan every repository, a few at a time."""
    waiting, done = iter(rows), 0
    if progress:
        progress(0, len(rows))

    async def work() -> None:
        nonlocal done
        for row in waiting:
            await scan(row)
            done += 1
            if progress:
                progress(done, len(rows))

    async with anyio.create_task_group() as tasks:
        for _ in range(CORES):
            tasks.start_soon(work)
