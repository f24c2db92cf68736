"""What strangers write is shown as text of one line, and what they claim as no more than that."""

import pytest
from tests.operations.graph.keeping import seen
from tests.operations.graph.test_asking import ask, of_git
from tests.operations.rooms import Yard
from tests.operations.scans.fleet import depend, fleet_of, package, taken

from opsroom.model.inventory import Inventory, InventoryFile
from opsroom.model.manifest import Manifest
from opsroom.model.package import Package, Published
from opsroom.operations.graph.answer import Query
from opsroom.operations.room import Room
from opsroom.operations.scans.recording import ScanResult, record_scans

pytestmark = pytest.mark.anyio

ODD = 'v1\x1b[31m\nNext: scan {}\u202e`]"|click n1 javascript:x %%{init}%% end <script>'
FOLDER = "a\nNext: scan {}\x1b[0m`\u202e#?"
QUESTIONS: tuple[tuple[Query, str], ...] = (
    ("dependents", "acme/lib"), ("dependencies", "evil/x"), ("impact", "acme/lib"),
    ("order", "acme/lib"), ("skew", "acme/lib"), ("hotspots", ""), ("cycles", "acme/lib"),
)  # fmt: skip


async def claim(room: Room, name: str, *made: Published) -> None:
    """One look at a manifest in an odd folder that says it makes these."""
    look = seen(room)
    assert look.inventory is not None
    (file,) = look.inventory.files
    odd = InventoryFile(f"{FOLDER}/package.json", file.format, file.digest)
    look.inventory = Inventory("c" * 40, (odd,))
    look.manifests = {odd.key: Manifest(publishes=made)}
    await record_scans(room, [ScanResult(f"github.com/{name}", look)])


async def test_a_name_that_a_file_claims_is_likely_at_most(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api", "acme/lib", "evil/x") as room:
        await depend(room, package("left-thing", direct=True, line=3), name="acme/api")
        await claim(room, "evil/x", Published("pkg:npm/left-thing"))
        told = await ask(room, "dependents", "npm/left-thing")
        assert told.note.startswith("npm/left-thing is likely made by evil/x")
        assert [edge.sure for edge in told.edges] == ["likely"]
        assert len(told.note.splitlines()) == 1
        assert told.note.isprintable()


async def test_odd_versions_and_paths_are_one_line(yard: Yard) -> None:
    async with fleet_of(yard, "acme/lib", "evil/x") as room:
        git = "git+https://github.com/acme/lib"
        asked = [
            Package(purl="pkg:npm/lib", version=ODD, origin=git, direct=True, line=3),
            Package(purl="pkg:npm/x%0a%1b%5b31my", version=ODD, direct=True, line=4),
            of_git("lib", "2.0.0"),
        ]
        look = taken(room, asked, path=f"{FOLDER}/package-lock.json")
        await record_scans(room, [ScanResult("github.com/evil/x", look)])
        for query, node in QUESTIONS:
            for more in ({}, {"format": "mermaid"}):
                told = await ask(room, query, node, **more)
                text = told.reading()
                assert [line for line in text.splitlines() if not line.isprintable()] == []
                assert [line for line in text.splitlines() if line == "Next: scan {}"] == []
                assert "\\u001b" not in told.model_dump_json()
                assert "click n1" not in told.mermaid.replace("#124;click n1", "")
