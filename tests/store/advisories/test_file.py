"""The file of advisories: shared, killed, damaged, and of another version."""

import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from opsroom.errors import StoreError
from opsroom.model.advisory import Advisory, Affected, Interval
from opsroom.store.advisories.file import AdvisoryFile
from opsroom.store.advisories.index import AdvisoryIndex

WRITER = """
import sys
from pathlib import Path
from opsroom.store.advisories.index import AdvisoryIndex
from opsroom.model.advisory import Advisory, Affected, Interval

def flaws(first, count, say):
    for number in range(first, first + count):
        affected = Affected(purl=f"pkg:pypi/p{number}", ecosystem="PyPI", intervals=(Interval(),))
        yield Advisory(id=f"A-{number}", affected=(affected,))
        if number == first + say:
            print("in the middle", flush=True)

index = AdvisoryIndex(Path(sys.argv[1]))
index.add("osv", flaws(int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])), "new")
index.close()
"""


def flaw(number: int) -> Advisory:
    affected = Affected(purl=f"pkg:pypi/p{number}", ecosystem="PyPI", intervals=(Interval(),))
    return Advisory(id=f"A-{number}", affected=(affected,))


def write(path: Path, first: int, count: int, say: int = -1) -> "subprocess.Popen[str]":
    arguments = [sys.executable, "-c", WRITER, str(path), str(first), str(count), str(say)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)


def test_a_killed_writer_leaves_the_former_data(tmp_path: Path) -> None:
    path = tmp_path / "advisories.sqlite"
    index = AdvisoryIndex(path)
    index.add("osv", [flaw(1), flaw(2)], "old")
    former = index.revision
    with write(path, 0, 10**9, say=3000) as writer:
        assert writer.stdout
        assert writer.stdout.readline() == "in the middle\n"
        assert index.get("A-3") is None  # nobody who reads waits, or sees half of it
        writer.send_signal(signal.SIGKILL)
    assert index.revision == former
    assert index.parts("osv") == {"": "old"}
    assert index.held("osv").keys() == {"A-1", "A-2"}
    index.close()
    again = AdvisoryIndex(path)
    assert again.get("A-1") is not None
    assert again.add("osv", [flaw(3)], "new") == 1
    again.close()


def test_several_processes_and_threads(tmp_path: Path) -> None:
    path = tmp_path / "advisories.sqlite"
    writers = [write(path, first, 400) for first in (0, 400, 800)]
    index = AdvisoryIndex(path)
    with ThreadPoolExecutor(4) as threads:
        purls = [f"pkg:pypi/p{number}" for number in range(1200)]
        counts = [threads.submit(lambda: len(index.of(purls))) for _ in range(20)]
        # each transaction is seen in full or not at all
        assert {count.result() % 400 for count in counts} == {0}
    for writer in writers:
        writer.communicate(timeout=20)
        assert writer.returncode == 0
    assert len(index.of(purls)) == 1200
    index.close()


IS_LOCKED = """
import fcntl, sys
with open(sys.argv[1], "r+b") as file:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)
    except OSError:
        sys.exit(3)
"""
"""Ends with 3 while any connection of another process holds its shared lock (os_unix.c)."""


def test_another_connection_leaves_the_locks_of_the_first(tmp_path: Path) -> None:
    """Else a process that goes takes the log of changes along, while we read from it."""
    path = tmp_path / "advisories.sqlite"
    file = AdvisoryFile(path)
    with file.reading() as first, file.reading() as second:
        for connection in (first, second):
            connection.execute("SELECT * FROM meta").fetchall()
        asked = subprocess.run([sys.executable, "-c", IS_LOCKED, str(path)], check=False)
        assert asked.returncode == 3
    file.close()


def damage(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[:100] = b"x" * 100
    path.write_bytes(bytes(raw))


def test_a_damaged_file_is_put_aside_and_said(tmp_path: Path) -> None:
    path = tmp_path / "advisories.sqlite"
    index, other = AdvisoryIndex(path), AdvisoryIndex(path)
    index.add("osv", [flaw(1)], "mark")
    former = index.changed().mark
    assert other.get("A-1")
    index.close()
    other.close()
    damage(path)
    with pytest.raises(StoreError, match="damaged"):
        index.of(["pkg:pypi/p1"])
    assert path.with_name("advisories.sqlite.damaged").exists()
    assert index.data() == []  # nothing is known: not the same as no flaws
    index.add("osv", [flaw(2)])
    assert index.changed(former).keys == {"pkg:pypi/p2"}  # a mark of the old file is none
    assert other.get("A-1") is None
    assert other.get("A-2")
    index.close()
    other.close()


def test_a_process_that_holds_a_replaced_file_sees_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "advisories.sqlite"
    index = AdvisoryIndex(path)
    index.add("osv", [flaw(1)])
    assert index.get("A-1")
    for each in tmp_path.glob("advisories.sqlite*"):
        each.unlink()
    other = AdvisoryIndex(path)
    other.add("osv", [flaw(2)])
    assert index.get("A-1") is None
    assert index.get("A-2") == flaw(2)
    index.close()
    other.close()


def test_a_file_of_another_version_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "advisories.sqlite"
    index = AdvisoryIndex(path)
    index.add("osv", [flaw(1)])
    index.close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert index.data() == []
    index.close()


def test_what_is_in_use_is_nobody_else_s_to_read(tmp_path: Path) -> None:
    index = AdvisoryIndex(tmp_path / "advisories.sqlite")
    index.add("osv", [flaw(1)])
    assert {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == {0o600}
    index.close()


def test_a_home_that_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    index = AdvisoryIndex(tmp_path / "home" / "advisories.sqlite")
    with pytest.raises(StoreError):
        index.data()
