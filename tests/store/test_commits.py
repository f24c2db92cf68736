import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest
from anyio import create_task_group, fail_after, sleep, to_thread
from tests.postgres import Server
from tests.store.samples import heard, tell

from opsroom.store.database import Store

pytestmark = pytest.mark.anyio

WRITES = """
import sys, time, anyio
from pathlib import Path
from opsroom.store.database import Store
from tests.store.samples import tell
async def main():
    async with Store.open(sys.argv[2] or None, Path(sys.argv[1])) as store:
        for _ in range(int(sys.argv[3])):
            await anyio.sleep(0.033)
            await tell(store, str(time.time()))
anyio.run(main)
"""


async def test_what_another_process_commits_is_heard_within_milliseconds(
    url: str | None, home: Path
) -> None:
    count, delays = 15, list[float]()
    async with Store.open(url, home) as store:

        async def listen() -> None:
            async for event in store.journal.tail(0):
                delays.append(time.time() - float(event.summary))
                if len(delays) == count:
                    return

        with fail_after(15):
            async with create_task_group() as group:
                group.start_soon(listen)
                await to_thread.run_sync(write_elsewhere, url, home, count)
    print(f"median {statistics.median(delays) * 1000:.1f} ms, max {max(delays) * 1000:.1f} ms")
    assert statistics.median(delays) < 0.1


def write_elsewhere(url: str | None, home: Path, count: int) -> None:
    subprocess.run(
        [sys.executable, "-c", WRITES, home, url or "", str(count)],
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


async def test_watching_an_idle_file_costs_little(home: Path) -> None:
    async with Store.open(None, home):
        await sleep(0.2)
        began, used = time.perf_counter(), time.process_time()
        await sleep(2)
        share = (time.process_time() - used) / (time.perf_counter() - began)
    print(f"{share:.2%} of a core")
    assert share < 0.03


async def test_a_listener_that_lost_its_connection_misses_nothing(
    postgres_server: Server, postgres_url: str, home: Path
) -> None:
    async with (
        Store.open(postgres_url, home) as store,
        Store.open(postgres_url, home / "other") as other,
    ):
        await tell(other, "before")
        assert len(await heard(store, 0, 1)) == 1
        postgres_server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
        )
        await tell(other, "while nobody listens")
        assert [event.summary for event in await heard(store, 0, 2)][-1] == "while nobody listens"
        await tell(other, "after")
        assert [event.summary for event in await heard(store, 0, 3)][-1] == "after"
