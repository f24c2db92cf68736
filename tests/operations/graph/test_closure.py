"""The closure of a repository as CycloneDX: valid, with every repository that it needs."""

import json

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from tests.operations.graph.test_asking import NAMES, stocked
from tests.operations.rooms import Yard
from tests.operations.scans.fleet import fleet_of

from opsroom.errors import NotFound
from opsroom.model.where import Where
from opsroom.operations.findings.documents import closure

pytestmark = pytest.mark.anyio


async def test_a_closure_is_valid_and_holds_what_is_needed(yard: Yard) -> None:
    async with fleet_of(yard, *NAMES) as room:
        await stocked(room)
        text = (await closure(room, "acme/shop")).model_dump_json()
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
        told = json.loads(text)
        assert told["metadata"]["component"]["name"] == "acme/shop"
        names = {each["name"] for each in told["components"]}
        assert {"acme/core", "acme/lib", "lodash"} <= names
        assert "acme/web" not in names
        needs = {each["ref"]: each.get("dependsOn", []) for each in told["dependencies"]}
        assert "repository:acme/core" in needs["repository:acme/shop"]
        assert "repository:acme/lib" in needs["repository:acme/core"]
        assert "pkg:npm/lodash@4.17.20" in needs["repository:acme/core"]
        again = (await closure(room, "acme/shop")).model_dump_json()
        assert json.loads(again)["serialNumber"] == told["serialNumber"]


async def test_a_closure_ends_where_the_caller_may_not_see(yard: Yard) -> None:
    async with fleet_of(yard, *NAMES) as room:
        await stocked(room)
        room.scope = Where.parse("-repo:core")
        told = json.loads((await closure(room, "acme/shop")).model_dump_json())
        assert [each for each in told["components"] if each["name"].startswith("acme/")] == []
        with pytest.raises(NotFound):
            await closure(room, "acme/core")
