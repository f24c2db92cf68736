"""Bad input at the command line: one line on stderr, the right exit code, nothing lost."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Opsroom
from tests.operations.rooms import Yard


def settings(yard: Yard, text: str) -> Path:
    file = yard.home.parent / "opsroom.toml"
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["audi"], "audit"),
        (["audit"], "PATH"),
        (["audit", ".", "--fail-on", "terrible"], "critical"),
        (["audit", ".", "--jason"], "--json"),
        (["serve", "--port", "70000"], "70000"),
        (["serve", "--port", "many"], "many"),
        (["--nonsense"], "--nonsense"),
        (["doctor", "--source", "code"], "opsroom init"),
        (["status", "health:red", "--line"], "WHERE"),
        (["status", "helth:red"], "health"),
        (["status", "health:pink"], "green"),
        (["status", 'repo:"open'], "quote"),
        (["stdio", "--where", "is:nonsense"], "archived"),
        (["call", "fleet_status", "where"], "KEY=VALUE"),
        (["call", "fleet_status", "were=x"], "where"),
        (["call", "fleet_status", "max_tokens=5"], "max_tokens"),
        (["call", "changes_since", "since=yesterday"], "cursor"),
        (["restore"], "FILE"),
        (["--log", "xml", "tools"], "json"),
    ],
)
def test_what_can_not_be_understood(opsroom: Opsroom, line: list[str], said: str) -> None:
    opsroom(*line).complains(2, said)


def test_nothing_at_all_is_answered_with_help(opsroom: Opsroom) -> None:
    ran = opsroom()
    assert ran.code == 2
    assert "audit" in ran.err + ran.out
    for option in ("--help", "-h"):
        ran = opsroom(option)
        assert ran.code == 0
        assert "doctor" in ran.out
    assert opsroom("--version").out.startswith("opsroom ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense = 1", "nonsense"),
        ('[[source]]\nkind = "directory"\npth = "/tmp"', "path"),
        ('[[source]]\nkind = "dirctory"\npath = "/tmp"', "directory"),
        ("[server]\nport = 99999", "port"),
        ("[[[", "line 1"),
        ('[[check]]\nrule = "mising-license"\nseverity = "off"', "missing-license"),
        ('[[check]]\nrule = "missing-license"\nwhere = "x:y"\nseverity = "off"', "where"),
        ('[watch]\ngate_every = "soon"', "10m"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(
    opsroom: Opsroom, yard: Yard, text: str, said: str
) -> None:
    file = settings(yard, text)
    for line in (["--config", file, "audit", yard.code], ["status", "--config", file]):
        opsroom(*line).complains(2, said, str(file))


def test_a_settings_file_that_is_not_there(opsroom: Opsroom, yard: Yard) -> None:
    opsroom("--config", yard.code / "none.toml", "status").complains(2, "none.toml")


def test_a_path_that_is_not_there_could_not_be_observed(opsroom: Opsroom, yard: Yard) -> None:
    yard.clone("api")
    missing = yard.code / "missing"
    ran = opsroom("audit", yard.code, missing, "--json")
    assert ran.code == 3
    assert ran.json["coverage"]["asked"] == 2
    assert ran.json["problems"] == [{"path": str(missing), "reason": "no such folder"}]


def test_a_path_that_holds_no_repository(opsroom: Opsroom, yard: Yard) -> None:
    empty = yard.code / "empty"
    empty.mkdir()
    file = yard.code / "file"
    file.write_text("")
    for path in (empty, file, "a\nb\x1b[31m"):
        ran = opsroom("audit", path)
        assert ran.code == 3
        assert ran.err.count("\n") == 1
        assert "\x1b[31m" not in ran.err


def test_a_repository_that_is_broken_is_unknown_and_the_others_are_audited(
    opsroom: Opsroom, yard: Yard
) -> None:
    yard.clone("api")
    (yard.clone("broken") / ".git/HEAD").write_bytes(b"\0nonsense")
    (yard.clone("torn") / ".git/index").write_bytes(b"DIRCnonsense")
    ran = opsroom("audit", yard.code, "--json")
    assert ran.code == 3
    grades = {each["name"]: each["health"]["grade"] for each in ran.json["repositories"]}
    assert grades["local/api"] == "green"
    assert grades["local/torn"] == "unknown"
    assert grades.get("local/broken", "unknown") == "unknown"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["call", "no_such_tool"], "fleet_status"),
        (["call", "repo_health", "repository=acme/nothing"], "acme/nothing"),
    ],
)
def test_what_is_not_there(opsroom: Opsroom, line: list[str], said: str) -> None:
    opsroom(*line).complains(1, said)


def test_a_report_that_can_not_be_written(opsroom: Opsroom, yard: Yard) -> None:
    yard.clone("api")
    opsroom("audit", yard.code, "--sarif", yard.home / "no/such/report").complains(2, "report")
    opsroom("audit", yard.code, "--sarif", yard.code).complains(2, str(yard.code))


def test_a_corrupt_store(opsroom: Opsroom, yard: Yard) -> None:
    store = yard.home / "store.sqlite"
    store.write_bytes(b"this is no database" * 1000)
    for line in (
        ["status"],
        ["call", "fleet_status"],
        ["backup", yard.code / "copy"],
        ["serve", "--port", "0"],
    ):
        opsroom(*line).complains(3, str(store), "restore")
    config = settings(yard, f'[[source]]\nkind = "directory"\npath = "{yard.code}"\n')
    opsroom("status", "--line", "--config", config).complains(3, str(store))
    assert store.read_bytes() == b"this is no database" * 1000


def test_a_store_of_a_newer_version(opsroom: Opsroom, yard: Yard) -> None:
    assert opsroom("status").code == 0
    store = yard.home / "store.sqlite"
    with sqlite3.connect(store) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    opsroom("status").complains(3, "newer")
    opsroom("call", "fleet_status").complains(3, "newer")
    opsroom("restore", store).complains(3, "store.sqlite")


def test_a_backup_that_is_none(opsroom: Opsroom, yard: Yard) -> None:
    nothing = yard.code / "nothing"
    opsroom("restore", nothing).complains(3, str(nothing))
    nothing.write_text("no backup")
    opsroom("restore", nothing).complains(3, str(nothing))
    assert not (yard.home / "store.sqlite").exists()


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="a small disk is made by root on Linux"
)
def test_a_full_disk(opsroom: Opsroom, yard: Yard) -> None:
    for number in range(10):
        yard.clone(f"repo-{number}")
    disk = yard.home.parent / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "none", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        config = settings(yard, f'[[source]]\nkind = "directory"\npath = "{yard.code}"\n')
        for _ in range(2):
            opsroom("--home", disk, "--config", config, "status").complains(3, "space")
        assert opsroom("audit", yard.code).code == 0, "an audit needs no store"
        subprocess.run(["mount", "-o", "remount,size=20m", str(disk)], check=True)
        assert opsroom("--home", disk, "--config", config, "status").code == 0
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_centre_that_does_not_answer(opsroom: Opsroom) -> None:
    line = ["call", "fleet_status", "--url", "http://127.0.0.1:9/mcp"]
    opsroom(*line).complains(3, "127.0.0.1:9", "opsroom serve")


def test_a_port_that_is_taken(opsroom: Opsroom, yard: Yard) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        opsroom("serve", "--port", taken.getsockname()[1]).complains(2, "--port")


def test_an_address_that_is_not_of_this_machine(opsroom: Opsroom) -> None:
    opsroom("serve", "--host", "192.0.2.1", "--port", "0").complains(2, "192.0.2.1")


def test_a_traceback_only_when_it_is_asked_for(opsroom: Opsroom, yard: Yard) -> None:
    (yard.home / "store.sqlite").write_bytes(b"this is no database" * 1000)
    assert "Traceback" not in opsroom("status").err
    for line in (["status", "--debug"], ["--debug", "status"]):
        ran = opsroom(*line)
        assert ran.code == 3
        assert "Traceback" in ran.err
        assert ran.err.splitlines()[-1].startswith("opsroom: ")


def test_a_mistake_of_ours_is_one_line_too(
    opsroom: Opsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("two\nlines")

    monkeypatch.setattr("opsroom.operations.surface.tools", fail)
    opsroom("tools").complains(1, "mistake in Opsroom", "--debug")
    with pytest.raises(RuntimeError):
        opsroom("--debug", "tools")
