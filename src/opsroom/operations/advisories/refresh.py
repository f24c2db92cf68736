"""Keeping advisories up to date: daily, only what is new, by one process of a centre at a time.

When a source fails its former data stay and are named; it is tried again within the hour. What
moved is handed on to be matched with what is in use, and is handed on again if that fails.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import anyio.to_thread
import httpx2
from pydantic import SecretStr

from opsroom.clients.advisories import PUBLIC, Addresses
from opsroom.clients.advisories.github import GithubAdvisories
from opsroom.clients.advisories.osv import Osv
from opsroom.clients.advisories.snyk import Snyk
from opsroom.clients.advisories.web import LIMITS, TIMEOUT, SourceError, Web
from opsroom.model.advisory import AdvisoryData
from opsroom.model.event import Happening
from opsroom.model.purl import package_key
from opsroom.model.text import plain
from opsroom.operations.advisories.data import EXPLOITS, staleness, told_data, wanted
from opsroom.operations.advisories.sources import (
    Used,
    in_use,
    refresh_epss,
    refresh_github,
    refresh_kev,
    refresh_offline,
    refresh_osv,
    refresh_snyk,
)
from opsroom.store.inventories import versions_in_use
from opsroom.store.journal import append
from opsroom.store.owner import Owner
from opsroom.store.place import Place

if TYPE_CHECKING:
    from opsroom.operations.room import Room

log = logging.getLogger("opsroom.advisories")

EVERY = timedelta(days=1)
SPREAD = timedelta(hours=1)
"""Centres refresh at different minutes, so that not all of them ask at once."""
AGAIN = timedelta(hours=1)
"""After a failure."""
HANDED_ON = "handed on"


@dataclass(frozen=True, slots=True)
class Round:
    """What one refresh goes by. `force`: everything is due."""

    room: "Room"
    addresses: Addresses
    web: Web
    used: Used
    told: dict[str, AdvisoryData]
    now: datetime
    force: bool


async def refresh(
    room: "Room",
    addresses: Addresses = PUBLIC,
    *,
    client: Callable[[], httpx2.AsyncClient] | None = None,
    force: bool = False,
    delay: float = 1.0,
) -> bool:
    """Bring up to date what is due, hand on what moved, and say which data grew too old.

    False: another process is at it. `client` and `delay` (seconds before a repeat) are for tests.

    Raises:
        StoreError: the store or the index can't be used.
    """
    async with Owner.of(Place(room.settings.home), "advisories") as claim:
        if not await claim.try_acquire():
            return False
        used: Used = {}
        if room.settings.scan.offline is None:
            async with room.store.read() as connection:
                used = in_use(await versions_in_use(connection))
        made = client() if client else httpx2.AsyncClient(timeout=TIMEOUT, limits=LIMITS)
        async with made as opened:
            told = {each.source: each for each in await told_data(room)}
            web = Web(opened, delay=delay)
            await _refresh(Round(room, addresses, web, used, told, room.now(), force))
        await hand_on(room)
        await announce(room)
    return True


async def _refresh(this: Round) -> None:
    index, names = this.room.advisories, wanted(this.room)
    for stranger in await anyio.to_thread.run_sync(index.sources) - {*names, *EXPLOITS}:
        for part in await anyio.to_thread.run_sync(index.parts, stranger):
            await anyio.to_thread.run_sync(index.drop, stranger, part)
    offline = this.room.settings.scan.offline
    if offline is not None:
        await _try(this, "offline", lambda: refresh_offline(index, offline, this.now))
        return
    if not this.used:
        return  # nothing to ask for
    changed = 0
    for name in names:
        if (whole := _is_due(this, name)) or not _failed_lately(this, name):
            changed += await _try(this, name, _asking(this, name, whole=whole), whole=whole)
    if not names:
        return
    address, bulk = this.addresses.epss, this.addresses.epss_list
    if _is_due(this, "kev"):
        await _try(this, "kev", lambda: refresh_kev(index, this.web, this.addresses.kev, this.now))
    if changed or _is_due(this, "epss"):
        await _try(this, "epss", lambda: refresh_epss(index, this.web, address, bulk, this.now))


def _asking(this: Round, name: str, *, whole: bool) -> Callable[[], Awaitable[int]]:
    """How a source is asked."""
    index, scan = this.room.advisories, this.room.settings.scan

    async def ask() -> int:
        if name == "osv":
            osv = Osv(this.web, this.addresses.osv)
            return await refresh_osv(index, osv, this.used, this.now, whole=whole)
        if name == "github":
            github = GithubAdvisories(this.web, this.addresses.github, _token(this.room))
            return await refresh_github(index, github, this.used, this.now, whole=whole)
        if scan.snyk_organisation is None or scan.snyk_token is None:
            raise SourceError("snyk_organisation and snyk_token are not set in [scan]")
        token = scan.snyk_token.get_secret_value()
        snyk = Snyk(this.web, scan.snyk_organisation, token, scan.snyk_url)
        return await refresh_snyk(index, snyk, this.used, this.now, whole=whole)

    return ask


async def _try(
    this: Round, name: str, ask: Callable[[], Awaitable[int]], *, whole: bool = True
) -> int:
    """Ask a source. When it fails, that is kept, and its former data count."""
    index = this.room.advisories
    try:
        changed = await ask()
    except SourceError as error:
        log.warning("advisories of %s: %s", name, error)
        reason = plain(error.message, 300)
        await anyio.to_thread.run_sync(index.failed, name, reason)
        await anyio.to_thread.run_sync(index.remember, f"tried {name}", this.now.isoformat())
        return 0
    if changed:
        log.info("advisories of %s: %d are new or changed", name, changed)
    elif whole:
        log.debug("advisories of %s: nothing new", name)
    return changed


def _is_due(this: Round, name: str) -> bool:
    """Whether a source is to be asked for everything in use."""
    told = this.told.get(name)
    if this.force or told is None:
        return True
    if _failed_lately(this, name):
        return False
    home = str(this.room.settings.home).encode()
    spread = SPREAD * (sha256(home).digest()[0] / 255)
    return told.fetched_at is None or this.now - told.fetched_at >= EVERY + spread


def _failed_lately(this: Round, name: str) -> bool:
    told = this.told.get(name)
    if this.force or told is None or not told.failed:
        return False
    tried = this.room.advisories.recall(f"tried {name}")
    return bool(tried) and this.now - datetime.fromisoformat(tried) < AGAIN


def _token(room: "Room") -> str:
    """A token that the settings have for github.com anyway; empty: it is asked without one."""
    for source in room.settings.hosts:
        if source.host == "github.com" and isinstance(source.token, SecretStr):
            return source.token.get_secret_value()
    return ""


async def hand_on(room: "Room") -> None:
    """Have everything in use matched anew of which advisories moved since the last time."""
    index = room.advisories
    mark = await anyio.to_thread.run_sync(index.recall, HANDED_ON)
    moved = await anyio.to_thread.run_sync(index.changed, mark)
    if moved.mark == mark:
        return
    if moved.keys:
        async with room.store.read() as connection:
            used = await versions_in_use(connection)
        purls = {purl for purl, _ in used if package_key(purl) in moved.keys}
        if purls:
            from opsroom.operations.scans.rematching import rematch

            await rematch(room, purls)
    await anyio.to_thread.run_sync(index.remember, HANDED_ON, moved.mark)


async def announce(room: "Room") -> None:
    """Tell of sources whose data grew too old or could not be had at all, and of recoveries."""
    index, now = room.advisories, room.now()
    happenings: list[Happening] = []
    noted: dict[str, str] = {}
    for each in await told_data(room):
        was = await anyio.to_thread.run_sync(index.recall, f"stale {each.source}")
        untried = each.fetched_at is None and not each.failed
        stale = "" if untried else staleness(each, now)
        if bool(was) == bool(stale):
            continue
        noted[each.source] = stale
        said = f"are old: {stale}" if stale else "are up to date again"
        happenings.append(
            Happening(
                kind="observation.failed" if stale else "observation.recovered",
                summary=f"The advisories of {each.source} {said}",
                data={"source": f"advisories:{each.source}", "reason": stale or was},
            )
        )
    if happenings:
        async with room.store.write() as connection:
            await append(connection, happenings, now)
        for source, stale in noted.items():
            await anyio.to_thread.run_sync(index.remember, f"stale {source}", stale)
