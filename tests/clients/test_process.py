import os
import signal
import sys
import time
from pathlib import Path

import pytest

from opsroom.clients.process import Beside, Completed, run, trusted, trusted_path
from opsroom.errors import ObservationError

MB = 1 << 20


def shell(script: str, cwd: Path, **bounds: float) -> Completed:
    return run(
        ["/bin/sh", "-c", script],
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin", "ONLY": "this"},
        timeout=bounds.get("timeout", 10),
        max_output=int(bounds.get("max_output", MB)),
        max_memory=int(bounds.get("max_memory", 1 << 30)),
    )


def test_gives_code_output_and_complaints(tmp_path: Path) -> None:
    done = shell("echo out; echo err >&2; exit 3", tmp_path)
    assert done == Completed(3, b"out\n", b"err\n", "finished")


def test_the_environment_is_exactly_what_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", "/somewhere")
    seen = shell("env", tmp_path).stdout
    assert b"ONLY=this" in seen
    assert b"GIT_DIR" not in seen


def test_feeds_a_large_input_while_it_reads(tmp_path: Path) -> None:
    content = b"x" * (3 * MB)
    done = run(
        ["/bin/cat"],
        cwd=tmp_path,
        env={},
        timeout=10,
        max_output=4 * MB,
        max_memory=1 << 30,
        stdin=content,
    )
    assert done.stdout == content


def test_a_program_that_does_not_read_its_input_is_no_error(tmp_path: Path) -> None:
    done = run(
        ["/bin/sh", "-c", "exec 0<&-; echo done"],
        cwd=tmp_path,
        env={},
        timeout=10,
        max_output=MB,
        max_memory=1 << 30,
        stdin=b"x" * MB,
    )
    assert (done.code, done.stdout) == (0, b"done\n")


def test_a_timeout_kills_the_whole_group(tmp_path: Path) -> None:
    started = time.monotonic()
    done = shell("sleep 60 & echo $!; wait", tmp_path, timeout=0.3)
    assert done.outcome == "timeout"
    assert done.code == -signal.SIGKILL
    assert time.monotonic() - started < 5
    assert _is_gone(int(done.stdout))


def test_a_timeout_counts_after_the_output_is_closed(tmp_path: Path) -> None:
    done = shell("exec >&- 2>&-; sleep 60", tmp_path, timeout=0.3)
    assert done.outcome == "timeout"


def test_too_much_output_is_cut_and_ends_the_program(tmp_path: Path) -> None:
    done = shell("yes", tmp_path, max_output=1000)
    assert done.outcome == "overflow"
    assert len(done.stdout) == 1000


def test_endless_complaints_are_dropped_not_kept(tmp_path: Path) -> None:
    done = shell("head -c 5000000 /dev/zero >&2; echo end", tmp_path)
    assert (done.outcome, done.stdout) == ("finished", b"end\n")
    assert len(done.stderr) == 64 * 1024


@pytest.mark.skipif(sys.platform != "linux", reason="a started program can't be limited elsewhere")
def test_memory_is_limited(tmp_path: Path) -> None:
    script = (
        "import sys, time; sys.stdin.read()\n"
        "try: bytearray(2 << 30)\n"
        "except MemoryError: sys.exit('Out of memory')\n"
    )
    done = run(
        [sys.executable, "-I", "-c", script],
        cwd=tmp_path,
        env={},
        timeout=10,
        max_output=MB,
        max_memory=1 << 30,
        stdin=b"go",
    )
    assert done.outcome == "memory"


def test_a_folder_that_is_gone_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(ObservationError, match="could not start sh: No such file"):
        shell("true", tmp_path / "gone")


def test_only_absolute_programs_are_started(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not an absolute path"):
        run(["git"], cwd=tmp_path, env={}, timeout=1, max_output=1, max_memory=MB)


def test_a_program_is_never_taken_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _plant(tmp_path / "git")
    monkeypatch.chdir(tmp_path)
    assert trusted("git", ".:/usr/bin") == "/usr/bin/git"
    assert trusted("git", ":/usr/bin") == "/usr/bin/git"
    assert trusted("git", f"bin:./x:..:{tmp_path.parent}/../x:/usr/bin") == "/usr/bin/git"


def test_a_program_is_never_taken_from_a_work_tree(tmp_path: Path) -> None:
    (tmp_path / "clone" / ".git").mkdir(parents=True)
    bin_folder = tmp_path / "clone" / "node_modules" / ".bin"
    _plant(bin_folder / "git")
    elsewhere = tmp_path / "link"
    elsewhere.symlink_to(bin_folder)
    assert trusted("git", f"{bin_folder}:{elsewhere}:/usr/bin") == "/usr/bin/git"
    assert trusted_path(f"{bin_folder}:{elsewhere}:/usr/bin") == "/usr/bin"


def test_a_folder_outside_of_work_trees_is_trusted(tmp_path: Path) -> None:
    _plant(tmp_path / "bin" / "git")
    assert trusted("git", f"{tmp_path}/bin:/usr/bin") == f"{tmp_path}/bin/git"


def test_a_missing_program_says_what_to_do() -> None:
    with pytest.raises(ObservationError, match="nothing-like-it was not found: install"):
        trusted("nothing-like-it", "/usr/bin")


def _plant(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\nexit 9\n")
    path.chmod(0o755)


def _is_gone(pid: int) -> bool:
    """Killed; perhaps not yet collected by whoever inherited it."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        os.sched_yield()
    return False


def beside(script: str, cwd: Path) -> Beside:
    return Beside(["/bin/sh", "-c", script], cwd=cwd, env={"PATH": "/usr/bin:/bin"})


def test_what_runs_beside_us_prints_lines_and_ends_when_asked(tmp_path: Path) -> None:
    program = beside("echo one; echo two; cat; exit 4", tmp_path)
    assert [program.line(), program.line()] == [b"one\n", b"two\n"]
    assert program.end(5) == 4
    assert program.end(5) == 4


def test_what_does_not_end_is_killed(tmp_path: Path) -> None:
    program = beside("echo up; exec sleep 60", tmp_path)
    program.line()
    began = time.monotonic()
    assert program.end(0.2) == -signal.SIGKILL
    assert time.monotonic() - began < 5


def test_what_has_ended_prints_no_more(tmp_path: Path) -> None:
    program = beside("exit 3", tmp_path)
    assert program.line() == b""
    assert program.end(5) == 3


def test_what_runs_beside_us_is_named_by_an_absolute_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="absolute"):
        Beside(["sh"], cwd=tmp_path, env={})
    with pytest.raises(ObservationError, match="could not start"):
        Beside(["/nowhere/sh"], cwd=tmp_path, env={})
