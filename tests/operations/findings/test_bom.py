"""CycloneDX out: valid by its schema, true to the manifests, and read back by our own reader."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from opsroom.model.finding import (
    Finding,
    FindingState,
    KeptFinding,
    Suppression,
    Vulnerability,
)
from opsroom.model.package import Package
from opsroom.model.severity import Severity
from opsroom.model.vex import VexStatus
from opsroom.observe.documents.cyclonedx import read_analyses, read_components
from opsroom.operations.findings.bom import Made, document

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
COMMIT = "0" * 40

LOCK = Made(
    "web/package-lock.json",
    (
        Package("pkg:npm/express", "4.18.0", direct=True, line=3),
        Package("pkg:npm/%40scope/qs", "6.11.0", direct=False, line=9),
        Package("pkg:npm/jest", "29.0.0", direct=True, dev=True),
    ),
    ((0, 1),),
)
IMAGE = Made(
    "Dockerfile", (Package("pkg:docker/library/python", "3.12", digest="sha256:" + "a" * 64),)
)


def kept(state: FindingState = FindingState.OPEN, vex: str = "") -> KeptFinding:
    advisory = Vulnerability(
        id="CVE-2022-24999",
        aliases=("GHSA-hrpp-h998-j3pp",),
        package="pkg:npm/%40scope/qs",
        version="6.11.0",
        fixed="6.11.1",
    )
    finding = Finding(
        rule="vulnerable-dependency",
        severity=Severity.HIGH,
        message="qs 6.11.0 has CVE-2022-24999",
        remediation="raise it to 6.11.1",
        fingerprint="0123456789abcdef",
        scanner="dependencies",
        advisory=advisory,
    )
    why = Suppression(reason="never parses input", by="person", at=NOW, vex=vex)
    suppressed = state is FindingState.SUPPRESSED
    return KeptFinding(
        finding=finding, state=state, opened_at=NOW, suppression=why if suppressed else None
    )


def made(*findings: KeptFinding) -> dict[str, Any]:
    return document("acme/shop", COMMIT, NOW, [LOCK, IMAGE], findings, {"as_of": "today"})


@pytest.mark.parametrize(
    "findings",
    [
        (),
        (kept(),),
        (kept(FindingState.SUPPRESSED),),
        (kept(FindingState.SUPPRESSED, "not_affected:vulnerable_code_not_present"),),
        (kept(FindingState.SUPPRESSED, "under_investigation"),),
    ],
)
def test_it_is_valid_by_its_schema(findings: tuple[KeptFinding, ...]) -> None:
    text = json.dumps(made(*findings))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_a_document_that_is_not_valid_is_told_apart() -> None:
    broken = {**made(), "components": [{"name": 7}]}
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(broken)) is not None


def test_it_holds_what_the_manifests_hold() -> None:
    read = read_components(made())
    names = {(package.purl, package.version, package.dev) for package in read.packages}
    assert names == {
        ("pkg:npm/express", "4.18.0", False),
        ("pkg:npm/%40scope/qs", "6.11.0", False),
        ("pkg:npm/jest", "29.0.0", True),
        ("pkg:docker/library/python", f"sha256:{'a' * 64}", False),
    }
    edges = {(read.packages[a].purl, read.packages[b].purl) for a, b in read.edges}
    assert edges == {("pkg:npm/express", "pkg:npm/%40scope/qs")}


def test_the_repository_itself_needs_what_it_asks_for() -> None:
    needs = {each["ref"]: each.get("dependsOn", []) for each in made()["dependencies"]}
    image = f"pkg:docker/library/python@sha256:{'a' * 64}"
    assert needs["root"] == [image, "pkg:npm/express@4.18.0", "pkg:npm/jest@29.0.0"]


def test_the_same_package_in_two_manifests_is_one_component_with_two_places() -> None:
    again = Made("api/package-lock.json", LOCK.packages[:1])
    found = document("acme/shop", COMMIT, NOW, [LOCK, again])["components"]
    express = next(each for each in found if each["name"] == "express")
    assert [place["location"] for place in express["evidence"]["occurrences"]] == [
        "api/package-lock.json",
        "web/package-lock.json",
    ]


def test_a_flaw_names_the_component_that_has_it_and_what_was_decided() -> None:
    found = made(kept(FindingState.SUPPRESSED, "not_affected:vulnerable_code_not_present"))
    (flaw,) = found["vulnerabilities"]
    assert flaw["affects"] == [{"ref": "pkg:npm/%40scope/qs@6.11.0"}]
    (statement,) = read_analyses(found).statements
    assert statement.status is VexStatus.NOT_AFFECTED
    assert statement.justification == "vulnerable_code_not_present"
    assert statement.packages == ("pkg:npm/%40scope/qs@6.11.0",)
    assert set(statement.advisory) == {"CVE-2022-24999", "GHSA-hrpp-h998-j3pp"}


def test_a_fixed_finding_is_no_flaw() -> None:
    assert "vulnerabilities" not in made(kept(FindingState.FIXED))


def test_the_serial_number_is_the_content() -> None:
    again = Made("api/package-lock.json", LOCK.packages)
    several = [document("acme/shop", COMMIT, NOW, [LOCK, again, IMAGE]) for _ in range(10)]
    assert len({each["serialNumber"] for each in several}) == 1
    assert made()["serialNumber"] != made(kept())["serialNumber"]
