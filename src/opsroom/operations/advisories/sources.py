"""Fetching advisories from each source into the index: only what is new, only what is in use.

Every function raises `SourceError` when its source fails; what was fetched before stays.
"""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import anyio.from_thread
import anyio.to_thread

from opsroom.clients.advisories.exploits import fetch_epss, fetch_kev
from opsroom.clients.advisories.github import GithubAdvisories
from opsroom.clients.advisories.offline import (
    Archive,
    archives,
    contents,
    exploit_files,
    read_exploits,
)
from opsroom.clients.advisories.osv import Osv
from opsroom.clients.advisories.snyk import Snyk, is_asked
from opsroom.clients.advisories.web import SourceError, Web
from opsroom.model.advisory import AdvisoryRecord
from opsroom.model.purl import package_key
from opsroom.store.advisories.index import AdvisoryIndex

log = logging.getLogger("opsroom.advisories")

Used = Mapping[str, frozenset[str]]
"""What is in use: the versions of each package, by its purl."""

LOOKED_UP_EVERY = 500
"""Records between two looks at whether anybody still wants them."""

OVERLAP = timedelta(days=1)
"""What moved on the day of the last question is asked for once more: filters know days alone."""


def in_use(versions: Iterable[tuple[str, str]]) -> Used:
    """What is in use, of pairs of purl and version."""
    found: dict[str, set[str]] = {}
    for purl, version in versions:
        found.setdefault(purl, set()).add(version)
    return {purl: frozenset(several - {""}) for purl, several in found.items()}


async def refresh_offline(index: AdvisoryIndex, folder: Path, now: datetime) -> int:
    """Take in the archives of a folder that changed; gives how many records said something new.

    One that can't be read leaves the others alone; it is said of that one.
    """
    return await anyio.to_thread.run_sync(_refresh_offline, index, folder, now)


def _refresh_offline(index: AdvisoryIndex, folder: Path, now: datetime) -> int:
    there = archives(folder)
    known = index.parts("offline")
    changed = 0
    for archive in there:
        if known.get(archive.ecosystem) != archive.stamp:
            changed += _take(index, archive, now)
    for part in known.keys() - {archive.ecosystem for archive in there}:
        changed += index.drop("offline", part)
    for source, (path, at) in exploit_files(folder).items():
        # scores are kept of CVEs that are held: of new ones they are looked up again
        if changed or index.recall(f"exploits {source}") != at.isoformat():
            changed += _take_exploits(index, source, path, min(at, now))
            index.remember(f"exploits {source}", at.isoformat())
    return changed


def _take_exploits(index: AdvisoryIndex, source: str, path: Path, at: datetime) -> int:
    try:
        return index.put_exploits(source, read_exploits(source, path, index.cves()), at)
    except SourceError as error:
        log.warning("%s", error)
        index.failed(source, error.message)
        return 0


def _take(index: AdvisoryIndex, archive: Archive, now: datetime) -> int:
    held = index.held("offline", archive.ecosystem)
    try:
        with contents(archive, held) as found:
            return index.add(
                "offline",
                _as_long_as_wanted(found.records),
                archive.stamp,
                part=archive.ecosystem,
                gone=found.gone,
                at=min(archive.at, now),
            )
    except SourceError as error:
        log.warning("%s", error)
        index.failed("offline", error.message, archive.ecosystem)
        return 0


def _as_long_as_wanted(records: Iterable[AdvisoryRecord]) -> Iterator[AdvisoryRecord]:
    """Give up in the middle when the room closes: a large archive takes a minute."""
    for number, record in enumerate(records):
        if number % LOOKED_UP_EVERY == 0:
            anyio.from_thread.check_cancelled()
        yield record


async def refresh_osv(
    index: AdvisoryIndex, osv: Osv, used: Used, now: datetime, *, whole: bool
) -> int:
    """Ask OSV for packages: for all that are in use, or only for those it was never asked for."""
    asked = await anyio.to_thread.run_sync(index.asked, "osv")
    purls = [purl for purl in used if whole or package_key(purl) not in asked]
    if not purls:
        return 0
    listed = await osv.listed(purls)
    held = await anyio.to_thread.run_sync(index.held, "osv")
    changed = 0
    wanted = {name: at for name, at in listed.items() if held.get(name) != at}
    async for records in osv.records(wanted):
        changed += await anyio.to_thread.run_sync(index.add, "osv", records)
    gone = held.keys() - listed.keys() if whole else ()

    def finish() -> int:
        index.note_asked("osv", {package_key(purl) for purl in purls}, now, alone=whole)
        return index.add("osv", (), gone=gone, at=now if whole else None)

    return changed + await anyio.to_thread.run_sync(finish)


async def refresh_github(
    index: AdvisoryIndex, github: GithubAdvisories, used: Used, now: datetime, *, whole: bool
) -> int:
    """Ask GitHub for packages: new ones for everything, others for what moved since."""
    asked = await anyio.to_thread.run_sync(index.asked, "github")
    known = {purl: asked[key] for purl in used if (key := package_key(purl)) in asked}
    changed = 0
    rounds: list[tuple[Collection[str], datetime | None]] = [(used.keys() - known.keys(), None)]
    if whole and known:
        rounds.append((known, min(known.values()) - OVERLAP))
    for purls, since in rounds:
        for ecosystem, names in github.questions(purls):
            async for records in github.records(ecosystem, names, since):
                changed += await anyio.to_thread.run_sync(index.add, "github", records)
            keys = {package_key(purl) for purl in names.values()}
            await anyio.to_thread.run_sync(index.note_asked, "github", keys, now)
    if whole:

        def finish() -> None:
            # a package that comes back after a while is asked for as if it were new
            index.note_asked("github", {package_key(purl) for purl in used}, now, alone=True)
            index.add("github", (), at=now)

        await anyio.to_thread.run_sync(finish)
    return changed


async def refresh_snyk(
    index: AdvisoryIndex, snyk: Snyk, used: Used, now: datetime, *, whole: bool
) -> int:
    """Ask Snyk for each package in its versions in use; for those it was asked, once a day."""
    parts = await anyio.to_thread.run_sync(index.parts, "snyk")
    changed = 0
    current = {package_key(purl): purl for purl in used if used[purl] and is_asked(purl)}
    for key, purl in current.items():
        mark = " ".join(sorted(used[purl]))
        if not whole and parts.get(key) == mark:
            continue
        records = await snyk.records(purl, used[purl])
        held = await anyio.to_thread.run_sync(index.held, "snyk", key)
        gone = held.keys() - {record.id for record in records}

        keep = partial(index.add, "snyk", records, mark, part=key, gone=gone, at=now)
        changed += await anyio.to_thread.run_sync(keep)

    def finish() -> int:
        left = sum(index.drop("snyk", part) for part in parts if part and part not in current)
        index.add("snyk", (), at=now if whole else None)
        return left

    return changed + await anyio.to_thread.run_sync(finish)


async def refresh_kev(index: AdvisoryIndex, web: Web, url: str, now: datetime) -> int:
    """Fetch the catalogue of exploited flaws."""
    found = await fetch_kev(web, url)
    return await anyio.to_thread.run_sync(index.put_exploits, "kev", found, now)


async def refresh_epss(
    index: AdvisoryIndex, web: Web, address: str, bulk: str, now: datetime
) -> int:
    """Ask EPSS for every CVE that an advisory is about."""
    cves = await anyio.to_thread.run_sync(index.cves)
    found = await fetch_epss(web, cves, address=address, bulk=bulk)
    return await anyio.to_thread.run_sync(index.put_exploits, "epss", found, now)
