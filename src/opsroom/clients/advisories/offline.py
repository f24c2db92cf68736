"""A folder of advisories in osv-scanner's layout: `{ecosystem}/all.zip`, also below `osv-scanner/`.

Beside them may lie KEV and EPSS, under the names that they are published by. An archive is read
entry by entry and never unpacked to disk; of one that was read before, only entries that changed.
"""

import zipfile
import zlib
from collections.abc import Collection, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from opsroom.clients.advisories.exploits import read_epss, read_kev_file
from opsroom.clients.advisories.osv_format import LARGEST, read_record
from opsroom.clients.advisories.web import SourceError
from opsroom.model.advisory import AdvisoryRecord, Exploit

FOLDER = "osv-scanner"
ARCHIVE = "all.zip"
KEV = "known_exploited_vulnerabilities.json"
EPSS = "epss_scores-current.csv.gz"
MOST_ENTRIES = 2_000_000
LARGEST_IN_ALL = 16 << 30
"""Bytes of all records of an archive; the largest that is known has less than two billion."""
LARGEST_FILE = 64 << 20
"""Bytes of KEV or EPSS as they lie there."""
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What reading an archive raises when it is damaged, encrypted, or packed in an unknown way."""


@dataclass(frozen=True, slots=True)
class Archive:
    """One archive. `stamp` is equal as long as nobody touched it; `at` is when somebody did."""

    ecosystem: str
    path: Path
    stamp: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive holds now, against what was held of it."""

    records: Iterator[AdvisoryRecord]
    gone: frozenset[str]


def archives(folder: Path) -> list[Archive]:
    """The archives of a folder, by ecosystem.

    Raises:
        SourceError: there is no such folder, or it holds none.
    """
    found: dict[str, Archive] = {}
    for place in (folder / FOLDER, folder):
        try:
            below = sorted(place.iterdir())
        except OSError:
            continue
        for each in below:
            if (archive := _archive(each)) and each.name not in found:
                found[each.name] = archive
    if not found:
        raise SourceError(f"there is no {{ecosystem}}/{ARCHIVE} in {folder}")
    return [found[name] for name in sorted(found)]


def _archive(folder: Path) -> Archive | None:
    path = folder / ARCHIVE
    try:
        if not path.is_file():
            return None
        told = path.stat()
    except OSError:
        return None
    stamp = f"{told.st_size}:{told.st_mtime_ns}:{told.st_ino}"
    return Archive(folder.name, path, stamp, datetime.fromtimestamp(told.st_mtime, UTC))


@contextmanager
def contents(archive: Archive, held: Mapping[str, str]) -> Generator[Contents]:
    """The records of an archive that are not held with their stamp, read as they are asked for.

    Raises:
        SourceError: it can't be read, also while its records are.
    """
    try:
        with zipfile.ZipFile(archive.path) as opened:
            entries = [each for each in opened.infolist() if each.filename.endswith(".json")]
            if len(entries) > MOST_ENTRIES:
                raise SourceError(f"{archive.path} holds more than {MOST_ENTRIES} records")
            there = {_name(entry): entry for entry in entries}
            changed = [each for name, each in there.items() if held.get(name) != _stamp(each)]
            gone = frozenset(held.keys() - there.keys())
            yield Contents(_records(archive, opened, changed), gone)
    except (OSError, zipfile.BadZipFile) as error:
        raise SourceError(f"{archive.path} can't be read: {error}") from error


def _records(
    archive: Archive, opened: zipfile.ZipFile, entries: list[zipfile.ZipInfo]
) -> Iterator[AdvisoryRecord]:
    total = 0
    for entry in entries:
        name, stamp = _name(entry), _stamp(entry)
        try:
            with opened.open(entry) as stream:
                raw = stream.read(LARGEST + 1)
        except (OSError, *BROKEN) as error:
            raise SourceError(f"{archive.path} is damaged: {error}") from error
        total += len(raw)
        if total > LARGEST_IN_ALL:
            raise SourceError(f"{archive.path} unpacks to more than {LARGEST_IN_ALL >> 30} GB")
        record = read_record(raw, name, stamp)
        # a file is held under its own name, whatever it says inside
        yield AdvisoryRecord(name, stamp, record.advisory, record.reason)


def exploit_files(folder: Path) -> dict[str, tuple[Path, datetime]]:
    """The files of KEV (`kev`) and EPSS (`epss`) in a folder, and when somebody touched them."""
    found: dict[str, tuple[Path, datetime]] = {}
    for source, name in (("kev", KEV), ("epss", EPSS)):
        path = folder / name
        try:
            if path.is_file():
                found[source] = path, datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except OSError:
            continue
    return found


def read_exploits(source: str, path: Path, cves: Collection[str]) -> dict[str, Exploit]:
    """What a file says: KEV everything, EPSS of these CVEs.

    Raises:
        SourceError: it can't be read.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        raise SourceError(f"{path} can't be read: {error.strerror}") from error
    if len(raw) > LARGEST_FILE:
        raise SourceError(f"{path} is larger than {LARGEST_FILE >> 20} MB")
    return read_kev_file(raw) if source == "kev" else read_epss(raw, cves)


def _name(entry: zipfile.ZipInfo) -> str:
    return entry.filename.rpartition("/")[2].removesuffix(".json")[:200]


def _stamp(entry: zipfile.ZipInfo) -> str:
    return f"{entry.CRC:08x}:{entry.file_size}"
