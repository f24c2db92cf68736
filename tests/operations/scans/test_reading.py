"""What the look at manifests says that it read."""

import pytest

from opsroom.model.inventory import Inventory, InventoryFile
from opsroom.observe.formats import formats
from opsroom.observe.manifests import Format
from opsroom.operations.scans import looking

DIGEST = "0" * 64


def test_a_file_that_is_read_beside_manifests_is_no_manifest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    beside = Format((), "shell", formats()["uv-lock"].parse, beside=True)
    known = {**formats(), "beside": beside}
    monkeypatch.setattr(looking, "formats", lambda: known)
    inventory = Inventory(
        "c" * 40,
        (
            InventoryFile("a.sh", "beside@1", DIGEST),
            InventoryFile("b.sh", "beside@1", DIGEST, "not text"),
            InventoryFile("compose.yaml", "beside@1", DIGEST, partly=True),
            InventoryFile("compose.yaml", "compose@1", DIGEST),
            InventoryFile("uv.lock", "uv-lock@1", DIGEST, "cut off"),
        ),
    )
    seen = looking.of_inventory(inventory)
    assert (seen.files, seen.kinds) == (1, frozenset({"compose"}))
    assert [(each.reason, each.paths) for each in seen.skipped] == [("cut off", ("uv.lock",))]
