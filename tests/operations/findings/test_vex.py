"""OpenVEX out: what was decided is told as it was decided, and can be read back."""

from datetime import UTC, datetime

import pytest

from opsroom.model.finding import Finding, FindingState, KeptFinding, Suppression, Vulnerability
from opsroom.model.severity import Severity
from opsroom.model.vex import VexStatus
from opsroom.observe.documents.openvex import is_openvex, read_openvex
from opsroom.operations.findings.vex import document

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def kept(vex: str | None) -> KeptFinding:
    finding = Finding(
        rule="vulnerable-dependency",
        severity=Severity.HIGH,
        message="qs 6.11.0",
        fingerprint="0123456789abcdef",
        advisory=Vulnerability(
            id="CVE-2022-24999", aliases=("GHSA-x",), package="pkg:npm/qs", version="6.11.0"
        ),
    )
    if vex is None:
        return KeptFinding(finding=finding, opened_at=NOW)
    return KeptFinding(
        finding=finding,
        state=FindingState.SUPPRESSED,
        opened_at=NOW,
        suppression=Suppression(reason="not called", by="person", at=NOW, vex=vex),
    )


@pytest.mark.parametrize(
    ("vex", "status", "justification"),
    [
        (None, VexStatus.AFFECTED, ""),
        ("", VexStatus.NOT_AFFECTED, ""),
        (
            "not_affected:vulnerable_code_not_present",
            VexStatus.NOT_AFFECTED,
            "vulnerable_code_not_present",
        ),
        ("fixed", VexStatus.FIXED, ""),
        ("under_investigation", VexStatus.UNDER_INVESTIGATION, ""),
        ("affected", VexStatus.AFFECTED, ""),
    ],
)
def test_what_is_written_is_read_back(
    vex: str | None, status: VexStatus, justification: str
) -> None:
    told = document("acme/shop", NOW, [kept(vex)])
    assert is_openvex(told)
    read = read_openvex(told)
    (statement,) = read.statements
    assert read.left_out == 0
    assert statement.status is status
    assert statement.justification == justification
    assert statement.packages == ("pkg:npm/qs@6.11.0",)
    assert statement.advisory == ("CVE-2022-24999", "GHSA-x")


def test_what_is_fixed_or_about_no_package_is_not_told() -> None:
    fixed = kept("").model_copy(update={"state": FindingState.FIXED})
    other = kept(None)
    other = other.model_copy(
        update={"finding": other.finding.model_copy(update={"advisory": None})}
    )
    assert document("acme/shop", NOW, [fixed, other])["statements"] == []


def test_not_affected_always_says_why() -> None:
    (statement,) = document("acme/shop", NOW, [kept("")])["statements"]
    assert statement["impact_statement"] == "not called"


def test_the_id_changes_when_something_was_decided() -> None:
    first, second = (document("acme/shop", NOW, [kept(vex)])["@id"] for vex in (None, "fixed"))
    assert first != second
    assert first == document("acme/shop", NOW.replace(year=2027), [kept(None)])["@id"]
