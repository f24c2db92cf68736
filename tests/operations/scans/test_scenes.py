"""Scenes: what the rules about threats are told of the fleet around a repository."""

import pytest
from tests.judge.builders import remote
from tests.operations.hosted import told
from tests.operations.rooms import Yard
from tests.operations.scans.fleet import COMMIT, depend, fleet_of, package, repository, row, scan

from opsroom.model.inventory import Inventory, InventoryFile
from opsroom.model.manifest import Manifest
from opsroom.model.package import Published
from opsroom.observe.grounds import Grounds
from opsroom.operations.room import Room
from opsroom.operations.scans.looking import Seen
from opsroom.operations.scans.recording import ScanResult, record_scans
from opsroom.operations.scans.scenes import FleetNames, content, threatened

pytestmark = pytest.mark.anyio

CLAIMED = "pkg:npm/left-pads"


async def publish(room: Room, name: str, *made: Published) -> None:
    """One look at a manifest that says what a repository makes."""
    file = InventoryFile("package.json", "package-json@1", f"{hash(made) & (1 << 128) - 1:064x}")
    seen = Seen(
        scans=[scan(room, "dependencies", files=1)],
        inventory=Inventory(COMMIT, (file,)),
        manifests={file.key: Manifest(publishes=made)},
    )
    await record_scans(room, [ScanResult(f"github.com/{name}", seen)])


async def said(room: Room, name: str) -> list[str]:
    """The rules that speak of a repository."""
    names = FleetNames()
    await names.renew(room)
    here = row(room, name)
    now = await content(room, here.repository.key)
    return [
        hit.rule for hit in threatened(here, names, now, None, Grounds(), (), ("", COMMIT), "").hits
    ]


async def test_a_name_that_another_takes_from_the_public_registry_is_claimed(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api", "acme/toolbox", "acme/left-pads") as room:
        await depend(room, package("left-pads"), package("other"))
        for name in ("acme/toolbox", "acme/left-pads"):
            await publish(room, name, Published(CLAIMED), Published("pkg:npm/unused"))

        assert await said(room, "acme/toolbox") == ["public-name-claimed"]
        assert await said(room, "acme/left-pads") == [], "its address says that it is the home"


async def test_a_name_that_nobody_else_takes_from_there_is_its_own(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api", "acme/toolbox") as room:
        await publish(room, "acme/toolbox", Published(CLAIMED))
        assert await said(room, "acme/toolbox") == []

        await depend(room, package("left-pads", origin="registry:https://npm.acme.dev/"))
        assert await said(room, "acme/toolbox") == []


async def test_a_fork_claims_nothing(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api", "acme/toolbox") as room:
        fork = remote(id="acme/toolbox", full_name="acme/toolbox", fork=True)
        await told(room, repository("acme/api"), repository("acme/toolbox", remote=fork))
        await depend(room, package("left-pads"))
        await publish(room, "acme/toolbox", Published(CLAIMED))

        assert await said(room, "acme/toolbox") == []
