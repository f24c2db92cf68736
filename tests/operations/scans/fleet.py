"""A fleet whose repositories are looked at by a test: what scanners saw is handed to recording."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from tests.judge.builders import hosted, remote
from tests.operations.hosted import ACME, surveyed, told
from tests.operations.rooms import Clock, Yard, opened

from opsroom.model.advisory import Advisory, Affected, Interval
from opsroom.model.inventory import Inventory, InventoryFile
from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.model.scan import Hit, Scan, Skipped
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot
from opsroom.operations.fleet import Row
from opsroom.operations.room import Room
from opsroom.operations.scans.looking import Seen
from opsroom.operations.scans.recording import ScanResult, record_scans
from opsroom.settings import Settings

FORMAT = "package-lock@1"
COMMIT = "c" * 40
OLD, LATE = datetime(2020, 1, 1, tzinfo=UTC), datetime(2026, 1, 31, 18, tzinfo=UTC)
"""Before and after the data that `has_advisories` puts there first."""
DATA = datetime(2026, 1, 30, tzinfo=UTC)


@asynccontextmanager
async def fleet_of(
    yard: Yard, *names: str, clock: Clock | None = None, **more: Any
) -> AsyncGenerator[Room]:
    """A room over a host that has repositories with these names."""
    settings = Settings(home=yard.home, sources=(ACME,), **more)
    async with opened(settings, clock=clock or Clock()) as room:
        await surveyed(room)
        await told(room, *(repository(name) for name in names))
        yield room


def repository(name: str, **groups: Any) -> Snapshot:
    groups.setdefault("remote", remote(id=name, full_name=name, head=COMMIT))
    return hosted(key=f"github.com/{name}", name=name, **groups)


def row(room: Room, name: str = "acme/api") -> Row:
    found = room.fleet.get(f"github.com/{name}")
    assert found is not None
    return found


def scan(room: Room, scanner: str = "ruff", **more: Any) -> Scan:
    told = {"scanner": scanner, "key": f"{scanner} of now", "commit": COMMIT, "at": room.now()}
    return Scan.model_validate({**told, "rules": "1", **more})


def hit(anchor: str = "eval(x)", rule: str = "ruff/S307", **more: Any) -> Hit:
    told = {"rule": rule, "severity": Severity.MEDIUM, "message": "seen", "anchor": anchor}
    return Hit.model_validate({**told, "path": "a.py", "line": 3, **more})


async def look(
    room: Room, *hits: Hit, name: str = "acme/api", scanner: str = "ruff", **more: Any
) -> None:
    """One look of one scanner."""
    seen = Seen(scans=[scan(room, scanner, **more)])
    if not more.get("reason"):
        seen.hits[scanner] = hits
    await record_scans(room, [ScanResult(f"github.com/{name}", seen)])


def package(name: str, version: str = "1.0.0", **more: Any) -> Package:
    return Package(purl=f"pkg:npm/{name}", version=version, **more)


def taken(
    room: Room,
    packages: Sequence[Package],
    path: str = "package-lock.json",
    unread: Mapping[str, str] | None = None,
    **more: Any,
) -> Seen:
    """A look at manifests, one of which holds these packages; others could not be read."""
    digest = f"{hash((tuple(packages), path)) & (1 << 128) - 1:064x}"
    file = InventoryFile(path, FORMAT, digest)
    bad = [InventoryFile(one, FORMAT, "0" * 64, why) for one, why in (unread or {}).items()]
    skipped = [
        Skipped(reason=why, example=one, paths=(one,)) for one, why in (unread or {}).items()
    ]
    return Seen(
        scans=[scan(room, "dependencies", files=1, skipped=tuple(skipped), **more)],
        inventory=Inventory(more.get("commit", COMMIT), (file, *bad)),
        manifests={file.key: Manifest(packages=tuple(packages))},
        kinds=frozenset({"javascript"}),
    )


async def depend(room: Room, *packages: Package, name: str = "acme/api", **more: Any) -> None:
    """One look at the packages of a repository."""
    await record_scans(room, [ScanResult(f"github.com/{name}", taken(room, packages, **more))])


def flaw(
    id: str = "CVE-2026-1",  # noqa: A002 - as its field is called
    name: str = "web",
    fixed: str | None = "1.0.1",
    at: datetime = OLD,
    **more: Any,
) -> Advisory:
    affected = Affected(
        purl=f"pkg:npm/{name}", ecosystem="npm", intervals=(Interval(introduced="0", fixed=fixed),)
    )
    told = {"id": id, "severity": Severity.HIGH, "summary": "bad", "published": at, "modified": at}
    about = {"affected": (affected,), "sources": ("osv",)}
    return Advisory.model_validate({**told, **about, **more})


def has_advisories(room: Room, *advisories: Advisory, at: datetime | None = DATA) -> None:
    """Let the index hold these; with `at`, all that OSV has as of then."""
    asked = {f"pkg:npm/{name}" for name in ("web", "ui", "log", "deep")}
    room.advisories.add("osv", advisories, at=at)
    room.advisories.note_asked("osv", asked, room.now())
