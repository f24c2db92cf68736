"""Looks at manifests of a fleet, to see what becomes of the graph."""

from typing import Any

from tests.operations.scans.fleet import COMMIT, FORMAT, scan

from opsroom.model.inventory import Inventory, InventoryFile
from opsroom.model.link import Edge
from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.operations.graph.held import Held, graph
from opsroom.operations.room import Room
from opsroom.operations.scans.looking import Seen
from opsroom.operations.scans.recording import ScanResult, record_scans

PATH = "package-lock.json"


def needs(name: str, version: str = "v1", **more: Any) -> Package:
    """A package that comes from the Git repository of that name."""
    purl = f"pkg:npm/{name.rpartition('/')[2]}"
    origin = f"git+https://github.com/{name}"
    return Package(purl=purl, version=version, origin=origin, direct=True, line=4, **more)


def seen(room: Room, *packages: Package, reason: str | None = None, **more: Any) -> Seen:
    """A look that saw one manifest, or couldn't read it."""
    digest = f"{hash(packages) & (1 << 128) - 1:064x}"
    file = InventoryFile(PATH, FORMAT, digest, reason)
    commit = str(more.pop("commit", COMMIT))
    return Seen(
        scans=[scan(room, "dependencies", **more)],
        inventory=Inventory(commit, (file,)),
        manifests={} if reason else {file.key: Manifest(packages=packages)},
    )


async def saw(room: Room, name: str, *packages: Package, **more: Any) -> None:
    """Record a look at one repository."""
    await record_scans(room, [ScanResult(f"github.com/{name}", seen(room, *packages, **more))])


async def told(room: Room) -> dict[str, list[str]]:
    """Whom each repository needs, and in which versions, as it is held."""
    return shown(await graph(room))


def shown(held: Held) -> dict[str, list[str]]:
    names = {number: row.name for number, row in held.names.items()}
    edges: list[Edge] = [edge for number in names for edge in held.edges_of(number)]
    found: dict[str, list[str]] = {}
    for edge in edges:
        found.setdefault(names[edge.source], []).append(f"{names[edge.target]} {edge.version}")
    return {name: sorted(each) for name, each in found.items()}
