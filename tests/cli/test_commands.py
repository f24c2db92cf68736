"""What the commands give when all is well: shapes that scripts hold on to."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest
from tests.cli.conftest import Opsroom
from tests.operations.rooms import Yard, git

SEVERITIES = {"info", "low", "medium", "high", "critical"}


@pytest.fixture
def config(yard: Yard) -> Path:
    """Settings that name the folder of clones."""
    file = yard.home.parent / "opsroom.toml"
    file.write_text(f'[[source]]\nkind = "directory"\npath = "{yard.code}"\nlabels = ["here"]\n')
    return file


def test_the_json_of_an_audit(opsroom: Opsroom, yard: Yard) -> None:
    clone = yard.clone("api", "https://token:secret@github.com/acme/api.git")
    (clone / "README.md").write_text("changed\n")
    yard.clone("web")
    ran = opsroom("audit", yard.code, "--json")
    assert ran.code == 0
    assert ran.err == ""
    said = ran.json
    assert {"as_of", "coverage", "repositories"} <= set(said)
    assert said["as_of"].endswith("Z")
    assert datetime.fromisoformat(said["as_of"])
    assert said["coverage"] == {"asked": 2, "fresh": 2, "stale": 0, "unknown": 0}
    for each in said["repositories"]:
        assert {"name", "path", "health", "findings"} <= set(each)
        assert each["health"]["grade"] in ("green", "yellow", "red", "unknown")
        assert 0 <= each["health"]["score"] <= 100
        for finding in each["findings"]:
            assert {
                *("rule", "severity", "message", "location", "remediation", "fingerprint")
            } <= set(finding)
            assert finding["severity"] in SEVERITIES
            assert finding["remediation"]
    names = [each["name"] for each in said["repositories"]]
    assert sorted(names) == ["acme/api", "local/web"]
    assert "secret" not in ran.out
    again = opsroom("audit", yard.code, "--json").json
    for one, two in zip(said["repositories"], again["repositories"], strict=True):
        assert [f["fingerprint"] for f in one["findings"]] == [
            f["fingerprint"] for f in two["findings"]
        ]


def test_the_table_of_an_audit(opsroom: Opsroom, yard: Yard) -> None:
    yard.clone("api")
    broken = yard.clone("broken")
    (broken / ".git/HEAD").write_text("ref: refs/heads/\x1b[31mred\n")
    ran = opsroom("audit", yard.code, "--all")
    assert "local/api" in ran.out
    assert "● green" in ran.out, "a shape and a word, not a colour alone"
    assert "\x1b[31m" not in ran.out + ran.err
    few = opsroom("audit", yard.code)
    assert "--all" in few.out


@pytest.mark.parametrize(
    ("severity", "code"), [("info", 1), ("low", 1), ("medium", 1), ("high", 0), ("critical", 0)]
)
def test_fail_on(opsroom: Opsroom, yard: Yard, severity: str, code: int) -> None:
    yard.clone("api")
    worst = {
        finding["severity"]
        for each in opsroom("audit", yard.code, "--json").json["repositories"]
        for finding in each["findings"]
    }
    assert "medium" in worst
    assert "high" not in worst
    assert opsroom("audit", yard.code, "--fail-on", severity, "--json").code == code


def test_a_finding_weighs_more_than_a_failed_look(opsroom: Opsroom, yard: Yard) -> None:
    yard.clone("api")
    missing = yard.code / "missing"
    assert opsroom("audit", yard.code, missing, "--fail-on", "info").code == 1
    assert opsroom("audit", yard.code, missing, "--fail-on", "critical").code == 3


def test_sarif(opsroom: Opsroom, yard: Yard) -> None:
    clone = yard.clone("a folder with ümläut")
    (clone / "README.md").write_text("changed\n")
    report = yard.home / "report.sarif"
    ran = opsroom("audit", yard.code, yard.code / "missing", "--sarif", report, "--json")
    assert ran.code == 3
    said = json.loads(report.read_text())
    assert said["version"] == "2.1.0"
    (run,) = said["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules) > 20
    findings = [f for each in ran.json["repositories"] for f in each["findings"]]
    assert len(run["results"]) == len(findings)
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("none", "note", "warning", "error")
        assert result["message"]["text"]
        (location,) = result["locations"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert uri.startswith("file:///")
        assert uri.isascii()
        assert " " not in uri
        assert result["partialFingerprints"]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    (notice,) = invocation["toolExecutionNotifications"]
    assert "missing" in notice["message"]["text"]


@pytest.mark.parametrize("place", ["before", "after"])
def test_options_before_and_after_the_command(
    opsroom: Opsroom, yard: Yard, config: Path, place: str
) -> None:
    yard.clone("api")
    home = yard.home.parent / "another"
    options = ["--config", config, "--home", home, "--log", "json"]
    line = [*options, "status", "--json"] if place == "before" else ["status", "--json", *options]
    ran = opsroom(*line)
    assert ran.code == 0
    assert ran.json["coverage"]["asked"] == 1
    assert (home / "store.sqlite").is_file()
    assert all(json.loads(each) for each in ran.err.splitlines())


def test_an_option_after_the_command_wins(opsroom: Opsroom, yard: Yard) -> None:
    one, two = yard.home / "one", yard.home / "two"
    assert opsroom("--home", one, "status", "--home", two).code == 0
    assert not one.exists()
    assert two.exists()


def test_status(opsroom: Opsroom, yard: Yard, config: Path) -> None:
    (yard.clone("api") / "README.md").write_text("changed\n")
    yard.clone("web")
    ran = opsroom("status", "--config", config)
    assert ran.code == 0
    assert "2 repositories" in ran.out
    one = opsroom("status", "repo:api", "--config", config, "--json").json
    assert one["coverage"]["asked"] == 1
    labelled = opsroom("status", "label:here is:local", "--config", config, "--json").json
    assert labelled["coverage"]["asked"] == 2


def test_what_could_not_be_looked_at_makes_status_exit_with_three(
    opsroom: Opsroom, yard: Yard, config: Path
) -> None:
    yard.clone("api")
    assert opsroom("status", "--config", config).code == 0
    (yard.clone("torn") / ".git/index").write_bytes(b"DIRCnonsense")
    ran = opsroom("status", "--config", config, "--json")
    assert ran.code == 3
    assert ran.json["coverage"]["unknown"] == 1
    assert opsroom("status", "repo:api", "--config", config).code == 0
    missing = yard.home.parent / "missing"
    config.write_text(f'[[source]]\nkind = "directory"\npath = "{missing}"\n')
    ran = opsroom("status", "--config", config)
    assert ran.code == 3
    assert "no such folder" in ran.out


def test_watching_ends_well(yard: Yard, config: Path) -> None:
    yard.clone("api")
    line = ["status", "--watch", "--json", "--config", str(config)]
    with subprocess.Popen(
        [sys.executable, "-m", "opsroom", *line],
        env={**os.environ, "OPSROOM_HOME": str(yard.home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as watching:
        assert watching.stdout
        assert json.loads(watching.stdout.readline())["coverage"]["asked"] == 1
        watching.send_signal(signal.SIGINT)
        _, said = watching.communicate(timeout=4)
    assert (watching.returncode, said) == (0, "")
    assert not (yard.home / "store.sqlite-wal").exists()


def test_the_line_for_a_prompt_is_quick(opsroom: Opsroom, yard: Yard, config: Path) -> None:
    yard.clone("api")
    line = ["status", "--line", "--config", str(config)]
    opsroom(*line).complains(3, "store")
    opsroom("status", "--config", config)
    ran = opsroom(*line)
    assert ran.out == "●1\n"
    heavy = "sqlalchemy,pydantic_core,mcp,rich,anyio,alembic,aiosqlite"
    script = (
        f"import sys; from opsroom.cli import run; run({line!r});"
        f"print([name for name in '{heavy}'.split(',') if name in sys.modules], file=sys.stderr)"
    )
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "OPSROOM_HOME": str(yard.home)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "●1\n"
    assert "sqlalchemy" not in done.stderr
    assert "mcp" not in done.stderr
    assert time.monotonic() - begun < 3


def test_the_line_is_about_the_sources_of_the_settings(
    opsroom: Opsroom, yard: Yard, config: Path
) -> None:
    yard.clone("api")
    opsroom("status", "--config", config)
    assert opsroom("status", "--line").out == "no source is configured\n"
    other = yard.home.parent / "other"
    config.write_text(f'[[source]]\nkind = "directory"\npath = "{other}"\n')
    assert opsroom("status", "--line", "--config", config).out == "no repositories !never\n"
    config.write_text('store = "postgresql://localhost/opsroom"\n')
    opsroom("status", "--line", "--config", config).complains(2, "SQLite only")


def test_a_number_may_stand_for_text(opsroom: Opsroom, yard: Yard, config: Path) -> None:
    yard.clone("api")
    ran = opsroom("call", "changes_since", "since=0", "--config", config)
    assert ran.code == 0
    assert ran.json["cursor"]
    opsroom("call", "changes_since", "since=true", "--config", config).complains(2, "since")


def test_scanning_is_off_and_can_be_said_to_be(opsroom: Opsroom, yard: Yard) -> None:
    yard.clone("api")
    assert opsroom("audit", yard.code, "--no-scan").code == 0


def test_doctor_checks_one_source(opsroom: Opsroom, yard: Yard, config: Path) -> None:
    yard.clone("api")
    line = ["doctor", "--json", "--config", config, "--source"]
    (part,) = opsroom(*line, yard.code.name).json
    assert (part["part"], part["state"]) == (f"source {yard.code}", "works")
    opsroom(*line, f"{yard.code.name}s").complains(2, f"did you mean {yard.code.name}?")


def test_call(opsroom: Opsroom, yard: Yard, config: Path) -> None:
    yard.clone("api")
    ran = opsroom("call", "--config", config, "fleet_status", "where=is:local", "max_tokens=400")
    assert ran.code == 0
    assert ran.json["coverage"]["asked"] == 1
    health = opsroom("call", "--config", config, "repo_health", 'repository="local/api"')
    assert health.json["repository"] == "local/api"
    inside = opsroom("call", "--config", config, "repo_health", f"repository={yard.code}/api/deep")
    assert inside.json["repository"] == "local/api"


def test_tools(opsroom: Opsroom) -> None:
    ran = opsroom("tools")
    for name in ("fleet_status", "repo_health", "changes_since"):
        assert f"{name}: " in ran.out
    listed = opsroom("tools", "--json").json
    assert {"name", "description", "arguments"} <= set(listed[0])


def test_a_backup_and_the_way_back(opsroom: Opsroom, yard: Yard, config: Path) -> None:
    clone = yard.clone("api")
    assert opsroom("status", "--config", config).code == 0
    old = opsroom("call", "changes_since", "since=1s", "--config", config).json["cursor"]
    copy = yard.home.parent / "copy"
    ran = opsroom("backup", copy)
    assert ran.code == 0
    assert copy.stat().st_mode & 0o077 == 0
    yard.clone("web")
    yard.commit(clone)
    assert opsroom("status", "--config", config, "--json").json["coverage"]["asked"] == 2
    ran = opsroom("restore", copy)
    assert ran.code == 0
    assert "kept in" in ran.err
    assert opsroom("status", "--line", "--config", config).out == "●1\n"
    answer = opsroom("call", "changes_since", f"since={old}", "--config", config).json
    assert "another history" in answer["note"]
    assert answer["state"]["coverage"]["asked"] == 2


def test_one_cause_runs_from_the_pass_to_its_events(
    opsroom: Opsroom, yard: Yard, config: Path
) -> None:
    yard.clone("api")
    ran = opsroom("status", "--config", config, "--log", "json")
    lines = [json.loads(each) for each in ran.err.splitlines()]
    told = [line for line in lines if "repository.found" in line["message"]]
    assert told
    assert all({"at", "level", "logger", "cause", "message"} <= set(line) for line in lines)
    (cause,) = {line["cause"] for line in told}
    assert cause.startswith("pass-")
    script = (
        "import sqlite3,sys;"
        "print(sqlite3.connect(sys.argv[1]).execute('select data from journal').fetchone()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, yard.home / "store.sqlite"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["cause"] == cause


def test_no_secret_of_a_remote_is_written_anywhere(
    opsroom: Opsroom, yard: Yard, config: Path
) -> None:
    clone = yard.clone("api", "https://ghp_secret:x@github.com/acme/api.git")
    git(clone, "remote", "add", "other", "https://user:hunter2@example.org/a/b.git")
    ran = opsroom("status", "--config", config, "--log", "json", "--debug")
    told = opsroom("call", "repo_health", "repository=api", "--config", config)
    assert told.code == 0
    everything = ran.out + ran.err + told.out
    kept = b"".join(file.read_bytes() for file in yard.home.rglob("store.sqlite*"))
    for secret in ("ghp_secret", "hunter2"):
        assert secret not in everything
        assert secret.encode() not in kept
