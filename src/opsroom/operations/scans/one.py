"""Scanning one repository: what is due of it is looked at, and recorded."""

import logging
from collections.abc import Collection, Mapping
from functools import partial
from typing import TYPE_CHECKING

import anyio
import anyio.from_thread
import anyio.to_thread

from opsroom.clients.host import HostError
from opsroom.model.host import Remote
from opsroom.model.inventory import KnownManifest
from opsroom.model.scan import Scan
from opsroom.observe.inventory import IsKnown, Key
from opsroom.observe.scanners import Missing
from opsroom.observe.sight import Sight
from opsroom.operations.fleet import Row
from opsroom.operations.scans.due import Patience, due
from opsroom.operations.scans.equipment import THREATS, Equipment
from opsroom.operations.scans.looking import (
    Bench,
    Laid,
    look,
    of_clones,
    of_host,
    out_of_reach,
)
from opsroom.operations.scans.recording import ScanResult, record_scans
from opsroom.operations.scans.scenes import content
from opsroom.operations.scans.subject import in_sight, watch_of
from opsroom.operations.scans.threatening import (
    last_look,
    look_for_threats,
    with_what_threats_need,
)
from opsroom.store.packages import known
from opsroom.store.repositories import ids_of
from opsroom.store.scans import load_done

if TYPE_CHECKING:
    from opsroom.operations.room import Room

log = logging.getLogger("opsroom.scan")


async def scan_one(
    room: "Room",
    row: Row,
    bench: Bench,
    equipment: Equipment,
    patience: Patience,
    *,
    only: Collection[str] | None = None,
    asked: bool = False,
) -> list[Scan]:
    """Look at a repository with the scanners that are due (of `only` these), and record it.

    Gives the looks that failed though their scanner is here; nothing is due: nothing is done.
    """
    sight = await anyio.to_thread.run_sync(partial(in_sight, room, row))
    if sight is None:
        return []
    kept = {scan.scanner: scan for scan in row.scans}
    key = row.repository.key
    names = due(key, kept, sight, equipment, patience, room.now(), asked=asked)
    wanted = with_what_threats_need(
        equipment, [name for name in names if only is None or name in only]
    )
    if not wanted:
        return []
    last = last_look(kept)
    before = await content(room, key) if THREATS in wanted and last is not None else None
    laid = await _laid(room, row, bench, sight)
    past = any(map(equipment.history, wanted))
    done = await _done(room, key) if past else dict[str, Scan]()
    seen = await look(bench, equipment, wanted, sight, laid, _is_known(room), room.now, last, done)
    await record_scans(room, [ScanResult(key, seen)])
    scans = list(seen.scans)
    if seen.grounds is not None:
        await bench.names.renew(room)
        told = await look_for_threats(room, row, bench.names, equipment, sight, seen, before, last)
        await record_scans(room, [ScanResult(key, told)])
        scans += told.scans
    patience.took_place(key, scans)
    return [
        scan
        for scan in scans
        if scan.reason and not isinstance(equipment.offers[scan.scanner], Missing)
    ]


async def _done(room: "Room", key: str) -> Mapping[str, Scan]:
    """The last looks at a repository that saw something."""
    async with room.store.read() as connection:
        numbers = [*(await ids_of(connection, [key])).values()]
        found = await load_done(connection, numbers)
    return next(iter(found.values()), dict[str, Scan]())


async def _laid(room: "Room", row: Row, bench: Bench, sight: Sight) -> Laid:
    """How its files are laid out; its host is asked for them where no clone has them."""
    remote, watch = row.snapshot.remote, watch_of(room, row)
    if not sight.far or not isinstance(remote, Remote) or watch is None:
        return of_clones(sight, bench.home, bench.exports)
    try:
        token = await watch.host.git_token(remote.full_name)
    except HostError as error:
        return out_of_reach(error.message)
    return of_host(sight, f"{remote.url}.git", token, bench.home, bench.exports)


def _is_known(room: "Room") -> IsKnown:
    """Which manifests the store holds, asked from a thread."""

    async def ask(keys: Collection[Key]) -> dict[Key, KnownManifest]:
        async with room.store.read() as connection:
            return await known(connection, keys)

    return lambda keys: anyio.from_thread.run(ask, keys)
