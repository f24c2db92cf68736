"""Programs that nobody waits for: they give way, and end at once when they are told to."""

import os
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from opsroom.clients.background import Background, Stopped, background
from opsroom.clients.process import Completed, Worker, run


@contextmanager
def behind(stop: threading.Event) -> Generator[None]:
    before = background.set(Background(stop))
    try:
        yield
    finally:
        background.reset(before)


def python(code: str) -> Completed:
    return run(
        [sys.executable, "-c", code],
        cwd=Path("/"),
        env={},
        timeout=20,
        max_output=1000,
        max_memory=4 << 30,
    )


NICENESS = "import os, time; time.sleep(0.1); print(os.getpriority(os.PRIO_PROCESS, 0))"


def test_they_give_way() -> None:
    with behind(threading.Event()):
        assert int(python(NICENESS).stdout) == 10
    assert int(python(NICENESS).stdout) == os.getpriority(os.PRIO_PROCESS, 0)


def test_they_end_when_told_to() -> None:
    stop = threading.Event()
    began = time.monotonic()
    threading.Timer(0.2, stop.set).start()
    with behind(stop), pytest.raises(Stopped):
        python("import time; time.sleep(15)")
    assert time.monotonic() - began < 3


def test_a_worker_ends_too() -> None:
    stop = threading.Event()
    with behind(stop):
        code = "import sys, time\nfor line in sys.stdin: time.sleep(15)"
        worker = Worker([sys.executable, "-c", code], cwd=Path("/"), env={}, max_memory=4 << 30)
        threading.Timer(0.2, stop.set).start()
        with pytest.raises(Stopped):
            worker.ask(b"x", timeout=10, max_output=100)
        assert worker.end() < 0
