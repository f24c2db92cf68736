import os
import sys
import time
from pathlib import Path

import pytest

from opsroom.clients.process import Ended, Worker, run
from opsroom.errors import ObservationError

MB = 1 << 20


def worker(script: str, memory: int = 1 << 30) -> Worker:
    return Worker(["/bin/sh", "-c", script], cwd=Path("/"), env={"PATH": "/usr/bin:/bin"},
                  max_memory=memory)  # fmt: skip


ECHO = 'while read -r line; do echo "seen $line"; done'


def test_it_answers_many_questions() -> None:
    echo = worker(ECHO)
    for number in range(3):
        said = echo.ask(b"%d" % number, timeout=10, max_output=MB)
        assert said == b"seen %d" % number
    echo.end()


def test_a_long_question_and_a_long_answer() -> None:
    echo = worker("exec cat")
    question = b"x" * (3 * MB)
    assert echo.ask(question, timeout=10, max_output=4 * MB) == question
    echo.end()


@pytest.mark.parametrize(
    ("script", "outcome", "said"),
    [
        ("read -r line; exec sleep 60", "timeout", "it took longer than 0.2 s"),
        ("exec sleep 60", "timeout", "it took longer than 0.2 s"),
        ("read -r line; exec yes", "overflow", "it said more than 1,000 bytes"),
        ("read -r line; exit 3", "finished", "it ended by itself (exit code 3)"),
        ("read -r line; kill -11 $$", "finished", "it ended by itself (signal 11)"),
        ("read -r line; printf half", "finished", "it ended by itself (exit code 0)"),
    ],
)
def test_no_answer_is_told_as_what_it_was(script: str, outcome: str, said: str) -> None:
    broken = worker(script)
    timeout = 0.2 if outcome == "timeout" else 10
    with pytest.raises(Ended) as caught:
        broken.ask(b"?" * MB if script == "exec sleep 60" else b"?", timeout=timeout,
                   max_output=1000)  # fmt: skip
    assert (caught.value.outcome, caught.value.message) == (outcome, said)
    assert not _lives(broken.pid)


def test_what_it_started_is_killed_with_it(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    parent = worker(f"sleep 60 & echo $! > '{mark}'; read -r line; wait")
    with pytest.raises(Ended):
        parent.ask(b"?", timeout=0.3, max_output=MB)
    child = int(mark.read_text())
    deadline = time.monotonic() + 5
    while _lives(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _lives(child)


def test_its_complaints_are_dropped(capfd: pytest.CaptureFixture[str]) -> None:
    loud = worker("echo secret >&2; " + ECHO)
    loud.ask(b"?", timeout=10, max_output=MB)
    loud.end()
    assert "secret" not in "".join(capfd.readouterr())


@pytest.mark.skipif(sys.platform != "linux", reason="memory can be bounded on Linux only")
def test_its_memory_is_bounded_and_so_is_that_of_what_it_starts() -> None:
    hungry = Worker(
        [sys.executable, "-c", "input(); x = b'x' * (1 << 30); print(len(x))"],
        cwd=Path("/"),
        env={},
        max_memory=300 * MB,
    )
    with pytest.raises(Ended, match="ended by itself"):
        hungry.ask(b"?", timeout=10, max_output=MB)
    inner = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from opsroom.clients.process import run\n"
        "done = run(['/bin/sh', '-c', 'ulimit -v'], cwd=Path('/'), env={}, timeout=9,\n"
        "           max_output=99, max_memory=1 << 40)\n"
        "print(done.stdout.decode().strip())\n"
    )
    done = run(
        [sys.executable, "-c", inner],
        cwd=Path("/"),
        env={"PYTHONPATH": os.environ.get("PYTHONPATH", "")},
        timeout=10,
        max_output=MB,
        max_memory=1 << 30,
    )
    assert done.stdout.strip() == str((1 << 30) // 1024).encode()


def test_it_has_to_be_there() -> None:
    with pytest.raises(ValueError, match="not an absolute path"):
        Worker(["sh"], cwd=Path("/"), env={}, max_memory=MB)
    with pytest.raises(ObservationError, match="could not start nothing"):
        Worker(["/nothing"], cwd=Path("/"), env={}, max_memory=MB)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] != "Z"
