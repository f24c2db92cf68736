"""`init`, `doctor` and `tools`, as a person or a script calls them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from opsroom.operations.surface import tools


def opsroom(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "opsroom", *arguments],
        env={"HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin"},
        cwd=home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", str(tmp_path / "code" / "api")], check=True)
    return tmp_path


def test_init_finds_the_usual_folders(home: Path) -> None:
    done = opsroom(home, "init", "--yes")
    assert done.returncode == 0, done.stderr
    assert f"1 clones in {home}/code" in done.stdout
    assert "claude mcp add opsroom -- " in done.stdout


def test_init_twice_keeps_what_was_edited(home: Path) -> None:
    assert opsroom(home, "init", "code").returncode == 0
    file = next(home.rglob("opsroom.toml"))
    file.write_text(file.read_text() + "\n# mine\n")
    again = opsroom(home, "init", "code", "--yes")
    assert again.returncode == 2
    assert "there already" in again.stderr
    assert file.read_text().endswith("# mine\n")


def test_init_without_clones_writes_nothing(tmp_path: Path) -> None:
    done = opsroom(tmp_path, "init", str(tmp_path))
    assert done.returncode == 1
    assert "no clone was found" in done.stderr
    assert not list(tmp_path.rglob("opsroom.toml"))


def test_init_without_usual_folders_asks_for_one(tmp_path: Path) -> None:
    done = opsroom(tmp_path, "init")
    assert done.returncode == 2
    assert "opsroom init PATH" in done.stderr


def test_doctor_says_what_works(home: Path) -> None:
    opsroom(home, "init", "code")
    done = opsroom(home, "doctor", "--json")
    assert done.returncode == 0, done.stdout
    parts = {part["part"]: part["state"] for part in json.loads(done.stdout)}
    assert parts[f"source {home}/code"] == "works"
    assert parts["settings file"] == "works"
    assert "same user" in opsroom(home, "doctor").stdout


def test_doctor_exits_with_one_when_something_is_broken(home: Path) -> None:
    opsroom(home, "init", "code")
    (home / "code").rename(home / "gone")
    assert opsroom(home, "doctor").returncode == 1


def test_tools_lists_every_tool_with_its_arguments(home: Path) -> None:
    said = opsroom(home, "tools").stdout
    for name, tool in tools().items():
        assert f"{name}: " in said
        assert all(f"  {argument}=" in said for argument in tool.input_schema["properties"])
    listed = json.loads(opsroom(home, "tools", "--json").stdout)
    assert [each["name"] for each in listed] == list(tools())
