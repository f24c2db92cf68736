"""`opsroom audit --scan`: folders scanned once, with what was covered and what was not."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Opsroom
from tests.clients.advisories.archives import write
from tests.operations.findings.sarif_schema import assert_valid
from tests.operations.rooms import Yard

from opsroom.clients.git.exports import Export
from opsroom.observe.scanners import Bounds, Look, ruff

FLAW = {
    "id": "GHSA-xxxx-yyyy-zzzz",
    "aliases": ["CVE-2020-1"],
    "modified": "2020-01-02T00:00:00Z",
    "published": "2020-01-01T00:00:00Z",
    "summary": "It opens what it should not",
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "gates"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.1.0"}]}],
        }
    ],
}

Config = Callable[..., Path]


@pytest.fixture
def config(yard: Yard, tmp_path: Path) -> Config:
    """Settings with these scanners and an archive of advisories; `broken` is no archive."""

    def made(*scanners: str, offline: bool = True) -> Path:
        write(tmp_path / "data", "PyPI", {"GHSA-xxxx-yyyy-zzzz": FLAW})
        file = tmp_path / "opsroom.toml"
        file.write_text(
            f"[scan]\nscanners = {json.dumps(scanners)}\n"
            + (f'offline = "{tmp_path / "data"}"\n' if offline else "advisories = []\n")
        )
        return file

    return made


def code(yard: Yard) -> Path:
    clone = yard.clone("api", "https://git.example.org/acme/api.git")
    files = {"run me.py": "import os\n\nos.system(input())\n", "page.php": "<?php\n"}
    yard.workshop.commit(clone, {**files, "requirements.txt": "# pinned\ngates==2.0.0\n"})
    return clone


def test_findings_of_scanners_come_with_what_was_covered(
    opsroom: Opsroom, yard: Yard, config: Config, tmp_path: Path
) -> None:
    clone = code(yard)
    report = tmp_path / "report.sarif"
    settings = config("ruff", "dependencies")
    ran = opsroom("audit", clone, "--scan", "--json", "--config", settings, "--sarif", report)
    assert ran.code == 0, ran
    said = ran.json
    (one,) = said["repositories"]
    found = {each["rule"]: each for each in one["findings"]}
    flaw = found["vulnerable-dependency"]
    assert flaw["location"] == "requirements.txt:2"
    assert flaw["severity"] == "critical"
    assert {
        key: flaw["advisory"][key] for key in ("id", "aliases", "package", "version", "fixed")
    } == {
        "id": "CVE-2020-1",
        "aliases": ["GHSA-xxxx-yyyy-zzzz"],
        "package": "pkg:pypi/gates",
        "version": "2.0.0",
        "fixed": "2.1.0",
    }
    assert one["findings"][0] == flaw, "most exposed first"
    assert found["ruff/S605"]["scanner"] == "ruff"
    looks = {each["scanner"]: each for each in one["scans"]}
    assert set(looks) == {"ruff", "dependencies"}
    assert looks["ruff"]["files"] == 1
    assert looks["ruff"]["commit"] == yard.workshop.run(clone, "rev-parse", "HEAD").strip()
    assert looks["ruff"]["reason"] is None
    assert "php: no scanner reads it" in one["unlooked"]
    assert said["scans"]["asked"] == said["scans"]["whole"] == 1
    assert said["unlooked"] == ["php: no scanner reads it (1 repository)"]
    assert "newest advisory" in said["note"], "data that are years old are said to be"
    _check_sarif(json.loads(report.read_text()), clone)
    assert not (yard.home / "opsroom.sqlite").exists(), "no store of the user's is made"


def _check_sarif(document: dict[str, Any], clone: Path) -> None:
    assert_valid(document)
    (run,) = document["runs"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert rules["vulnerable-dependency"]["help"]["text"]
    results = {each["ruleId"]: each for each in run["results"]}
    place = results["ruff/S605"]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "run%20me.py", "uriBaseId": "acme/api"}
    assert place["region"] == {"startLine": 3}
    assert run["originalUriBaseIds"]["acme/api"]["uri"] == f"{clone.as_uri()}/"
    for each in run["results"]:
        rule = run["tool"]["driver"]["rules"][each["ruleIndex"]]
        assert rule["id"] == each["ruleId"]
    told = [each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"]]
    assert any("php" in text for text in told)


def test_the_table_says_what_nobody_looked_at(opsroom: Opsroom, yard: Yard, config: Config) -> None:
    ran = opsroom("audit", code(yard), "--scan", "--config", config("ruff", "dependencies"))
    assert ran.code == 0
    lines = ran.out.splitlines()
    first = next(line for line in lines if "acme/api" in line)
    assert "critical vulnerable-dependency requirements.txt:2" in first
    assert "1 of 1 repositories scanned" in ran.out
    assert "php: no scanner reads it" in ran.out


def test_fail_on_counts_what_scanners_found(opsroom: Opsroom, yard: Yard, config: Config) -> None:
    clone, settings = code(yard), config("dependencies")
    with_scan = ("audit", clone, "--scan", "--config", settings, "--fail-on", "critical")
    assert opsroom(*with_scan).code == 1
    assert opsroom("audit", clone, "--config", settings, "--fail-on", "critical").code == 0


def test_a_scanner_that_could_not_look_is_no_success(
    opsroom: Opsroom, yard: Yard, config: Config
) -> None:
    def crash(_: Export, __: Bounds) -> Look:
        return Look(reason="ruff took longer than 180 s")

    object.__setattr__(ruff.SCANNER, "look", crash)  # a frozen declaration
    try:
        ran = opsroom("audit", code(yard), "--scan", "--json", "--config", config("ruff"))
    finally:
        object.__setattr__(ruff.SCANNER, "look", ruff.look)
    assert ran.code == 3
    (failed,) = ran.json["failed"]
    assert failed == {"repository": "acme/api", "reason": "ruff: ruff took longer than 180 s"}
    assert ran.json["scans"]["whole"] == 0


def test_a_tool_that_is_not_installed_is_said_and_no_failure(
    opsroom: Opsroom, yard: Yard, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    ran = opsroom("audit", code(yard), "--scan", "--json", "--config", config("ruff", "trivy"))
    assert ran.code == 0, ran.err
    (one,) = ran.json["repositories"]
    look = next(each for each in one["scans"] if each["scanner"] == "trivy")
    assert "not installed" in look["reason"]


def test_advisories_that_nobody_has_are_unknown_not_clean(
    opsroom: Opsroom, yard: Yard, config: Config
) -> None:
    settings = config("dependencies", offline=False)
    ran = opsroom("audit", code(yard), "--scan", "--json", "--config", settings)
    assert ran.code == 3
    (one,) = ran.json["repositories"]
    assert any("no advisories are here" in each for each in one["unlooked"])


def test_a_scanner_that_does_not_exist_is_refused(
    opsroom: Opsroom, yard: Yard, config: Config
) -> None:
    opsroom("audit", yard.code, "--scan", "--config", config("rufff")).complains(2, "ruff")
