"""Workers that look for secrets: each serves many repositories, one at a time.

To compile the rules takes seconds, to load them again from the cache a third of one; a worker that
stays does it once. One that fails in any way is killed, and a new one is begun for the next.
"""

import json
import os
import sys
import threading
from dataclasses import asdict
from pathlib import Path

from opsroom.clients.git.command import base_environment
from opsroom.clients.process import Ended, Worker
from opsroom.observe.secrets.report import Order, Report, leak_of, left_of

MODULE = "opsroom.observe.secrets.worker"
STARTING = 120.0
"""Seconds that a worker may take longer for its first answer: it may have to compile the rules."""

GRACE = 5.0
"""Seconds in which it says itself that time is up."""

CACHE = Path("cache") / "secrets"
"""Where in the folder of the centre compiled rules are kept."""


class Pool:
    """The workers of one centre, those that wait. Threads may share it."""

    def __init__(self, home: Path, memory: int) -> None:
        self._home = home
        self._memory = memory
        self._idle: list[Worker] = []
        self._lock = threading.Lock()
        self._compiling = threading.Lock()
        self._warm = False

    def ask(self, order: Order, output: int) -> Report:
        """What a worker reports. `output` is the most bytes that it may say.

        Raises:
            Ended: it ended, or was killed at a bound.
            ObservationError: it could not be started.
        """
        if not self._warm:
            with self._compiling:
                report = self._ask(order, output)
                self._warm = True
                return report
        return self._ask(order, output)

    def close(self) -> None:
        """End those that wait."""
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.end()

    def _ask(self, order: Order, output: int) -> Report:
        with self._lock:
            worker = self._idle.pop() if self._idle else None
        patience = order.seconds + GRACE
        if worker is None:
            worker = self._start()
            patience += STARTING
        said = worker.ask(_line(order), timeout=patience, max_output=output)
        try:
            report = report_of(said)
        except (ValueError, KeyError, TypeError) as error:
            worker.end()
            raise Ended("its answer is none", "finished") from error
        with self._lock:
            self._idle.append(worker)
        return report

    def _start(self) -> Worker:
        return Worker(
            [sys.executable, "-P", "-m", MODULE, str(self._home / CACHE)],
            cwd=Path("/"),
            env=base_environment() | _paths(),
            max_memory=self._memory,
        )


def _paths() -> dict[str, str]:
    """What Python needs to find the same modules again, and nothing that makes it write."""
    kept = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "RUST_BACKTRACE": "0"}


def _line(order: Order) -> bytes:
    return json.dumps(asdict(order)).encode("utf-8")


def report_of(said: bytes) -> Report:
    """A report, from the JSON of one.

    Raises:
        ValueError, KeyError, TypeError: it is none.
    """
    read = json.loads(said)
    return Report(
        files=int(read["files"]),
        blobs=int(read["blobs"]),
        size=int(read["size"]),
        given=int(read["given"]),
        answered=int(read["answered"]),
        leaks=[leak_of(leak) for leak in read["leaks"]],
        skipped=left_of(read["skipped"]),
        reason=str(read["reason"]),
        untold=int(read["untold"]),
        onward=bool(read["onward"]),
        kept=str(read["kept"]),
    )
