"""Starting scanners: where they are found, what they are given, and what is made of their end."""

import sys
from pathlib import Path

import pytest
from tests.observe.scanners.laying import planted

from opsroom.clients.process import Completed
from opsroom.observe.programs.program import Clock, environment, program, start, version, why
from opsroom.observe.scanners import Bounds

BOUNDS = Bounds(seconds=5.0, memory=1 << 30, output=1 << 16)


def test_nothing_of_ours_is_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_TOKEN", "OPSROOM_TOKEN", "AWS_SECRET_ACCESS_KEY", "LD_PRELOAD"):
        monkeypatch.setenv(name, "hush")
    home = tmp_path / "home"
    home.mkdir()
    done = start([str(planted(tmp_path, "shows", "env; pwd"))], home, BOUNDS)
    said = done.stdout.decode()
    assert "hush" not in said
    assert f"HOME={home}\n" in said
    assert said.rstrip().endswith(str(home))
    assert "HTTPS_PROXY=http://127.0.0.1:9\n" in said


def test_a_program_of_the_working_directory_is_not_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted(tmp_path, "opsroom-no-such-scanner", "exit 0")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
    assert program("opsroom-no-such-scanner") is None
    (tmp_path / ".git").mkdir()
    monkeypatch.setenv("PATH", f".:{tmp_path}")
    assert program("opsroom-no-such-scanner") is None


def test_what_lies_beside_our_interpreter_is_found() -> None:
    found = program("ruff")
    assert found is not None
    assert Path(found).parent == Path(sys.executable).parent
    assert environment(Path("/x"), found)["PATH"].startswith(f"{Path(found).parent}:")


def test_the_version_is_asked_again_when_the_program_changes(tmp_path: Path) -> None:
    path = planted(tmp_path, "scanner", f"echo x >> {tmp_path}/asked; echo tool; echo 1.0")
    assert [version(str(path)), version(str(path), line=1), version(str(path))] == [
        "tool",
        "1.0",
        "tool",
    ]
    assert (tmp_path / "asked").read_text() == "x\n" * 2
    planted(tmp_path, "scanner", "echo tool of another version")
    assert version(str(path)) == "tool of another version"
    planted(tmp_path, "scanner", "echo broken; exit 1")
    assert version(str(path)) is None
    assert version(str(tmp_path / "gone")) is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can limit memory")
def test_memory_is_limited_from_the_beginning(tmp_path: Path) -> None:
    path = planted(tmp_path, "scanner", "ulimit -v")
    assert start([str(path)], tmp_path, BOUNDS).stdout == b"1048576\n"


@pytest.mark.parametrize(
    ("done", "reason"),
    [
        (Completed(0, b"", b"", "finished"), None),
        (Completed(1, b"", b"", "finished"), None),
        (Completed(2, b"", b"", "finished"), "tool failed (exit code 2)"),
        (
            Completed(2, b"", b"note\nERROR: \x1b[31mno\nlast\n", "finished"),
            "tool failed (exit code 2): ERROR: [31mno",
        ),
        (Completed(2, b"", b"first\nlast\n", "finished"), "tool failed (exit code 2): last"),
        (Completed(-9, b"", b"", "finished"), "tool was killed by signal 9"),
        (Completed(-9, b"", b"", "timeout"), "tool took longer than 5 s"),
        (Completed(-9, b"", b"", "overflow"), "tool said more than 65,536 bytes"),
        (
            Completed(1, b"", b"", "memory"),
            "tool needed more memory than the 1,024 MiB it may have",
        ),
    ],
)
def test_why_it_cannot_be_believed(done: Completed, reason: str | None) -> None:
    assert why("tool", done, BOUNDS, frozenset({0, 1})) == reason


def test_the_clock_runs_down() -> None:
    assert 4 < Clock(BOUNDS).left().seconds <= 5
    assert Clock(Bounds(seconds=-3)).left().seconds == 0.01
