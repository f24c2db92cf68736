import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.observe.secrets.planting import plant, token

from opsroom.clients.process import Worker
from opsroom.observe.secrets.pool import CACHE, MODULE, Pool
from opsroom.observe.secrets.report import Order

MEMORY = 3 << 30
OUTPUT = 1 << 20


@pytest.fixture
def pool(centre: Path) -> Iterator[Pool]:
    """Workers of the shared centre, ended afterwards."""
    pool = Pool(centre, MEMORY)
    yield pool
    pool.close()


@pytest.fixture
def order(tmp_path: Path) -> Order:
    """To look at one file with one secret."""
    (tmp_path / "a.py").write_text(plant(token(1)))
    return Order(key="00" * 32, seconds=30.0, trees=((str(tmp_path), ("a.py",)),))


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes that are begun."""
    pids: list[int] = []
    begin = Worker.__init__

    def counted(worker: Worker, *given: object, **named: object) -> None:
        begin(worker, *given, **named)  # type: ignore[arg-type]  # handed on as they came
        pids.append(worker.pid)

    monkeypatch.setattr(Worker, "__init__", counted)
    return pids


def test_one_worker_serves_many_repositories(pool: Pool, order: Order, begun: list[int]) -> None:
    for _ in range(5):
        assert len(pool.ask(order, OUTPUT).leaks) == 1
    assert len(begun) == 1


def test_the_first_of_several_threads_compiles_and_the_others_wait(
    pool: Pool, order: Order, begun: list[int]
) -> None:
    together = threading.Barrier(4)

    def ask(_: int) -> int:
        together.wait()
        return len(pool.ask(order, OUTPUT).leaks)

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(ask, range(4))) == [1, 1, 1, 1]
    assert len(begun) <= 4


def test_what_it_writes_holds_no_secret_and_it_leaves_no_dump(
    pool: Pool, order: Order, begun: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[bytes] = []
    asked = Worker.ask

    def heard(worker: Worker, question: bytes, *, timeout: float, max_output: int) -> bytes:
        said.append(asked(worker, question, timeout=timeout, max_output=max_output))
        return said[-1]

    monkeypatch.setattr(Worker, "ask", heard)
    pool.ask(order, OUTPUT)
    assert b"github-pat" in said[0]
    assert token(1).encode() not in said[0]
    if sys.platform == "linux":
        limits = Path(f"/proc/{begun[0]}/limits").read_text().splitlines()
        (core,) = [line.split() for line in limits if line.startswith("Max core file size")]
        assert core[4:6] == ["0", "0"]
        environment = Path(f"/proc/{begun[0]}/environ").read_bytes()
        assert b"00" * 32 not in environment


def test_it_ends_with_who_began_it(centre: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", MODULE, str(centre / CACHE)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
