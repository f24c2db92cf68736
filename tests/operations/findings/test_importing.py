"""What other tools say, brought in: reports, bills of materials, statements."""

import json
from typing import Any

import pytest
from tests.operations.rooms import Yard, kinds, last, look_over, opened
from tests.operations.scans.fleet import (
    LATE,
    depend,
    flaw,
    fleet_of,
    has_advisories,
    hit,
    look,
    package,
    row,
    scan,
)

from opsroom.errors import NotFound, UsageError
from opsroom.model.finding import FindingState, KeptFinding
from opsroom.model.severity import Severity
from opsroom.operations.findings.importing import Imported, bring_in
from opsroom.operations.findings.triage import suppress
from opsroom.operations.room import Room
from opsroom.operations.scans.coverage import numbers
from opsroom.operations.scans.looking import Seen
from opsroom.operations.scans.recording import ScanResult, record_scans
from opsroom.operations.scans.rematching import rematch

pytestmark = pytest.mark.anyio


async def bring(room: Room, document: Any, file: str = "report.json") -> Imported:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return await bring_in(room, content, file, "acme/api", "ada")


def report(*rules: str, tool: str = "Trivy", **more: Any) -> dict[str, Any]:
    results = [
        {
            "ruleId": rule,
            "level": "error",
            "message": {"text": f"{rule} is wrong"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "a.tf"},
                        "region": {"startLine": 3},
                    }
                }
            ],
            **more,
        }
        for rule in rules
    ]
    return {
        "version": "2.1.0",
        "runs": [{"tool": {"driver": {"name": tool, "version": "1.2"}}, "results": results}],
    }


def kept(room: Room) -> dict[str, KeptFinding]:
    return {each.finding.rule: each for each in row(room).kept if each.finding.scanner}


async def test_a_report_becomes_findings_and_the_next_one_replaces_it(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        told = await bring(room, report("A1", "A2"))
        assert (told.format, told.tool, told.findings) == ("SARIF", "Trivy", 2)
        assert set(kept(room)) == {"trivy/A1", "trivy/A2"}
        before = await last(room)
        await bring(room, report("A1", "A2"))
        assert await kinds(room, before) == []
        await bring(room, report("A2"))
        assert ("finding.fixed", "acme/api") in await kinds(room, before)
        assert set(kept(room)) == {"trivy/A2"}


async def test_a_level_alone_is_no_proof_of_danger(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await bring(room, report("A1"))
        assert kept(room)["trivy/A1"].finding.severity is Severity.MEDIUM
        await bring(room, report("A2", properties={"security-severity": "9.8"}))
        assert kept(room)["trivy/A2"].finding.severity is Severity.CRITICAL


async def test_a_report_says_nothing_about_what_our_scanners_found(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await look(room, hit())
        await bring(room, report("A1"))
        await bring(room, report())
        assert kept(room)["ruff/S307"].state is FindingState.OPEN


async def test_what_a_scanner_of_ours_looked_for_is_not_said_twice(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        assert (await bring(room, report("S101", tool="ruff"))).findings == 1
        await look(room, hit())
        told = await bring(room, report("S101", "E501", tool="ruff"))
        assert told.findings == 1
        assert told.left_out == ["1 of rules by which Opsroom looks at it itself"]
        assert "SARIF by ruff: 1 finding\n" in told.reading()
        assert set(kept(room)) == {"ruff/S307", "ruff/E501"}


async def test_a_path_in_a_clone_is_told_within_the_repository(yard: Yard) -> None:
    path = yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        document = report("A1")
        place = document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
        place["artifactLocation"]["uri"] = f"file://{path}/deep/a.tf"
        await bring_in(room, json.dumps(document).encode(), "a.sarif", "local/api", "ada")
        await room.refresh()
        (told,) = [each for each in room.row("local/api").kept if each.finding.scanner]
        assert told.finding.location == "deep/a.tf:3"


async def test_a_report_is_no_look_at_the_present_commit(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await bring(room, report("A1"))
        assert numbers([row(room)]).never == 1


async def test_what_a_report_suppresses_is_left_out_and_counted(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        told = await bring(room, report("A1", suppressions=[{"kind": "inSource"}]))
        assert told.findings == 0
        assert told.left_out == ["1 suppressed in the report"]


BILL = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "metadata": {"tools": {"components": [{"name": "syft"}]}},
    "components": [{"purl": "pkg:npm/web@1.0.0"}, {"name": "in-house"}],
}


async def test_a_bill_of_materials_adds_packages_that_stay_and_are_matched(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room, flaw(), flaw("CVE-2026-2", "ui"))
        await depend(room, package("ui"))
        told = await bring(room, BILL, "bom.json")
        assert (told.format, told.tool, told.packages) == ("CycloneDX", "syft", 1)
        assert any("in-house" in each for each in told.left_out)
        ids = {each.finding.advisory.id for each in kept_all(room) if each.finding.advisory}
        assert ids == {"CVE-2026-1", "CVE-2026-2"}
        await depend(room, package("ui", "2.0.0"))
        still = [each for each in kept_all(room) if each.state is FindingState.OPEN]
        assert [each.finding.advisory.id for each in still if each.finding.advisory] == [
            "CVE-2026-1"
        ]


def kept_all(room: Room) -> list[KeptFinding]:
    return [each for each in row(room).kept if each.finding.scanner]


def statement(status: str = "not_affected", purl: str = "pkg:npm/web@1.0.0") -> dict[str, Any]:
    return {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "author": "acme",
        "timestamp": "2026-01-02T03:04:05Z",
        "statements": [
            {
                "vulnerability": {"name": "GHSA-1"},
                "products": [{"@id": purl}],
                "status": status,
                "justification": "vulnerable_code_not_present",
            }
        ],
    }


async def test_a_statement_suppresses_by_any_alias_and_another_takes_it_back(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room, flaw(aliases=("GHSA-1",)))
        await depend(room, package("web"))
        told = await bring(room, statement(), "vex.json")
        assert (told.suppressed, told.waiting) == (1, 0)
        (only,) = kept_all(room)
        assert only.suppression is not None
        assert only.suppression.vex == "not_affected:vulnerable_code_not_present"
        assert "vex.json" in only.suppression.reason
        before = await last(room)
        assert (await bring(room, statement(), "vex.json")).suppressed == 0
        assert await kinds(room, before) == []
        assert (await bring(room, statement("affected"))).reopened == 1
        assert kept_all(room)[0].state is FindingState.OPEN


async def test_what_a_person_decided_no_statement_takes_back(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room, flaw(aliases=("GHSA-1",)))
        await depend(room, package("web"))
        await suppress(room, kept_all(room)[0].finding.id, "not reached", "ada")
        assert (await bring(room, statement("affected"))).reopened == 0
        assert (await bring(room, statement())).suppressed == 0
        assert kept_all(room)[0].suppression is not None


async def test_a_statement_counts_for_what_is_found_later(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room, flaw(aliases=("GHSA-1",)))
        await depend(room)
        assert (await bring(room, statement())).waiting == 1
        before = await last(room)
        await depend(room, package("web"))
        assert kept_all(room)[0].state is FindingState.SUPPRESSED
        assert await kinds(room, before) == [("finding.suppressed", "acme/api")]


async def test_a_statement_counts_for_an_advisory_that_comes_later(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room)
        await depend(room, package("web"))
        await bring(room, statement())
        has_advisories(room, flaw(aliases=("GHSA-1",), at=LATE), at=LATE)
        await rematch(room, {"pkg:npm/web"})
        assert kept_all(room)[0].state is FindingState.SUPPRESSED


async def test_a_file_takes_back_what_it_said_before(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room, flaw(aliases=("GHSA-1",)))
        await depend(room)
        await bring(room, statement(), "vex.json")
        await bring(room, statement("under_investigation"), "vex.json")
        await depend(room, package("web"))
        assert kept_all(room)[0].state is FindingState.OPEN


@pytest.mark.parametrize("purl", ["pkg:npm/web@2.0.0", "pkg:npm/ui", "pkg:pypi/web"])
async def test_a_statement_about_something_else_waits_and_says_so(yard: Yard, purl: str) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room, flaw(aliases=("GHSA-1",)))
        await depend(room, package("web"))
        told = await bring(room, statement(purl=purl))
        assert (told.suppressed, told.waiting) == (0, 1)
        assert "1 statement about what is not found" in told.reading()


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"\xff", b'{"runs": 7}', b'{"bomFormat": "CycloneDX"}']
)
async def test_what_is_none_of_the_three_is_refused(yard: Yard, content: bytes) -> None:
    async with fleet_of(yard, "acme/api") as room:
        with pytest.raises(UsageError):
            await bring(room, content)


async def test_a_repository_that_is_not_there_is_refused(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        with pytest.raises(NotFound):
            await bring_in(room, json.dumps(report()).encode(), "x", "acme/none", "ada")


async def test_a_failed_look_of_ours_keeps_what_was_imported(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room, flaw())
        await bring(room, BILL)
        failed = scan(room, "dependencies", reason="it was killed")
        await record_scans(room, [ScanResult("github.com/acme/api", Seen(scans=[failed]))])
        assert [each.state for each in kept_all(room)] == [FindingState.OPEN]
