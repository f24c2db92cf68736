"""A centre over ten thousand repositories of a host: memory, and processor while nothing moves."""

import os
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from subprocess import PIPE, Popen

import httpx2
from tests.benchmarks.bench import Bench, opsroom
from tests.benchmarks.hosts.doubles import Double, double
from tests.benchmarks.measure import Figure, Table, shown

TICK = 1.0 / os.sysconf("SC_CLK_TCK")
PATIENCE = 1_500.0


@contextmanager
def centre(bench: Bench, one: Double) -> Generator[tuple[int, httpx2.Client]]:
    """A centre that watches everything in the double: its process id, and a client of it."""
    token = bench.scratch / "scale.token"
    token.write_text(one.token)
    token.chmod(0o600)
    owners = ", ".join(f'"{owner}"' for owner in one.owners)
    config = bench.scratch / "scale.toml"
    config.write_text(
        f'[[source]]\nkind = "github"\nowner = [{owners}]\nbase_url = "{one.github}"\n'
        f'token = "file:{token}"\n'
    )
    command = opsroom("serve", "--port", "0", "--config", config)
    log = bench.scratch / "scale.log"
    with (
        log.open("wb") as errors,
        Popen(command, env=bench.environment("scale"), stderr=errors, stdout=PIPE) as process,
    ):
        try:
            page = _told(log)
            with httpx2.Client(base_url=page, timeout=60) as http:
                yield process.pid, http
        finally:
            process.terminate()


def _told(log: Path) -> str:
    """The page's address, once the centre has said it."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        lines = [line for line in log.read_text().splitlines() if "opsroom is at" in line]
        if lines:
            return lines[0].split()[-1]
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def until(holds: Callable[[], bool]) -> float:
    """Seconds until something holds."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < PATIENCE
        time.sleep(0.5)
    return time.monotonic() - begun


def processor(pid: int) -> float:
    """Seconds of processor that a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK


def memory(pid: int) -> float:
    """Megabytes that a process holds."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(pid)


def test_scale(bench: Bench) -> None:
    count, watched = bench.size(10_000, 200), bench.size(120, 10)
    with double(bench, count) as one:
        total = len(one.truth())
        with centre(bench, one) as (pid, http):

            def summary(what: str) -> int:
                found: dict[str, int] = http.get("/api/summary").json()
                return found[what]

            def fresh() -> int:
                covered: dict[str, int] = http.get("/api/summary").json()["coverage"]
                return covered["fresh"]

            listed = until(lambda: summary("repositories") >= total)
            looked = listed + until(lambda: fresh() >= total)
            first = processor(pid)
            one.post("/stats/reset")
            each: list[float] = []
            for _ in range(watched):
                before = processor(pid)
                time.sleep(1)
                each.append(processor(pid) - before)
            stats, held = one.stats(), memory(pid)
    idle, busiest = median(each) * 100, max(each) * 100
    mean = sum(each) / len(each) * 100
    bench.report(
        Table(
            title=f"A centre over {total:,} repositories of a host",
            source=Path(__file__).stem,
            figures=[
                Figure("memory, everything known", held, "MB"),
                Figure("processor while idle, median of single seconds", idle, "%"),
                Figure("processor with sweeps and routine looks, mean", mean, "%"),
            ],
            columns=("what", "measured"),
            sides=[
                ("from the start until all are listed", shown(listed, "s")),
                ("until all were looked at in full", shown(looked, "s")),
                ("processor that this took", shown(first, "s")),
                (f"requests in {watched} s afterwards", f"{stats['graphql'] + stats['rest']:,}"),
                ("busiest of these seconds", shown(busiest, "%")),
            ],
            note="The double answers as quickly as it can, and shares the two cores.",
        )
    )
