"""One finding in full, and a repository as CycloneDX and OpenVEX."""

import json

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from tests.operations.rooms import Yard
from tests.operations.scans.fleet import (
    depend,
    flaw,
    fleet_of,
    has_advisories,
    hit,
    look,
    package,
    row,
)

from opsroom.errors import NotFound, UsageError
from opsroom.model.finding import FindingState
from opsroom.observe.documents.openvex import read_openvex
from opsroom.operations.findings.deciding import decide
from opsroom.operations.findings.documents import bill_of_materials, vex
from opsroom.operations.findings.one import finding
from opsroom.operations.room import Room

pytestmark = pytest.mark.anyio


def only(room: Room, name: str = "acme/api") -> str:
    (kept,) = (each for each in row(room, name).kept if each.finding.scanner)
    return kept.finding.id


async def test_a_finding_is_told_with_who_saw_it_and_who_else_has_it(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api", "acme/web") as room:
        has_advisories(room, flaw())
        await depend(room, package("web", direct=True))
        await depend(room, package("web"), name="acme/web")
        told = await finding(room, only(room))
        assert told.elsewhere == ["acme/web"]
        assert told.advisory is not None
        assert told.advisory.fixed == "1.0.1"
        assert told.seen is not None
        assert told.seen.scanner == "dependencies"
        assert [each.tool for each in told.next] == ["repo_health", "findings", "dependency_graph"]
        assert told.id in told.reading()


async def test_a_mended_one_is_told_as_long_as_it_is_kept(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await look(room, hit())
        id_ = only(room)
        await look(room)
        told = await finding(room, id_)
        assert told.state is FindingState.FIXED
        assert told.closed_at is not None


async def test_ids_of_nothing_and_of_something_else_are_told_apart(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        with pytest.raises(NotFound):
            await finding(room, "finding_0000000000000000")
        with pytest.raises(UsageError, match="is the id of a run"):
            await finding(room, "run_1")


async def test_a_decision_is_in_every_document(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room, flaw())
        await depend(room, package("web"))
        told = await decide(room, only(room), "suppress", "not reached", "30d", "ada")
        assert told.state is FindingState.SUPPRESSED
        assert told.suppression is not None
        assert told.suppression.until is not None
        (statement,) = read_openvex((await vex(room, "acme/api")).content).statements
        assert (statement.status.value, statement.why) == ("not_affected", "not reached")
        bill = (await bill_of_materials(room, "acme/api")).content
        assert bill["vulnerabilities"][0]["analysis"]["detail"] == "not reached"
        again = await decide(room, only(room), "reopen", "it is", "", "ada")
        assert again.state is FindingState.OPEN


@pytest.mark.parametrize("until", ["yesterday", "2020-01-01", "-3d"])
async def test_a_time_that_can_not_be_is_refused(yard: Yard, until: str) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await look(room, hit())
        with pytest.raises(UsageError):
            await decide(room, only(room), "suppress", "why not", until, "ada")


async def test_a_bill_of_materials_is_valid_and_says_what_it_could_not_tell(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room)
        await depend(
            room, package("web", direct=True), package("ui"), unread={"pnpm-lock.yaml": "truncated"}
        )
        document = await bill_of_materials(room, "acme/api")
        text = document.model_dump_json()
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
        told = json.loads(text)
        assert {each["name"] for each in told["components"]} == {"web", "ui"}
        said = {each["name"]: each["value"] for each in told["metadata"]["properties"]}
        assert said["opsroom:unread"] == "pnpm-lock.yaml"
        assert "truncated" in said["opsroom:unknown"]


async def test_a_repository_that_nobody_looked_into_has_no_empty_bill(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        with pytest.raises(NotFound, match="nobody looked"):
            await bill_of_materials(room, "acme/api")
