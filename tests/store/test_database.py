import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from anyio import Event, create_task_group, fail_after, get_running_tasks
from anyio.lowlevel import checkpoint
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError
from tests.store.samples import tell

from opsroom.errors import StoreError
from opsroom.store.database import Store
from opsroom.store.meta import next_revision, revision
from opsroom.store.tables import meta

pytestmark = pytest.mark.anyio

COUNTS_UP = """
import sys, anyio
from pathlib import Path
from opsroom.store.database import Store
from opsroom.store.meta import next_revision
from tests.store.samples import NOW, happening
from opsroom.store.journal import append
hangs = sys.argv[3] == "hangs"
async def main():
    async with Store.open(sys.argv[2] or None, Path(sys.argv[1])) as store:
        while True:
            async with store.write() as connection:
                number = await next_revision(connection)
                await append(connection, [happening(str(number))], NOW)
                if hangs and number == 5:
                    print("in the middle", flush=True)
                    await anyio.sleep_forever()
            print(number, flush=True)
anyio.run(main)
"""


async def test_a_block_that_raises_leaves_nothing_behind(store: Store) -> None:
    async def fail() -> None:
        async with store.write() as connection:
            await next_revision(connection)
            raise ZeroDivisionError

    version = store.version
    with pytest.raises(ZeroDivisionError):
        await fail()
    async with store.read() as connection:
        assert await revision(connection) == 0
    assert store.version == version


async def test_a_cancelled_block_leaves_nothing_behind_and_no_lock(store: Store) -> None:
    inside = Event()

    async def write() -> None:
        async with store.write() as connection:
            await next_revision(connection)
            inside.set()
            await Event().wait()

    with fail_after(4):
        async with create_task_group() as group:
            group.start_soon(write)
            await inside.wait()
            group.cancel_scope.cancel()
        async with store.write() as connection:
            assert await next_revision(connection) == 1


async def test_a_cancelled_statement_leaves_the_store_working(
    store: Store, url: str | None
) -> None:
    slow = (
        "SELECT pg_sleep(0.5)"
        if url
        else "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500000)"
        " SELECT count(*) FROM n"
    )
    started = Event()

    async def write() -> None:
        async with store.write() as connection:
            await next_revision(connection)
            started.set()
            await connection.execute(text(slow))
            await Event().wait()

    with fail_after(4):
        async with create_task_group() as group:
            group.start_soon(write)
            await started.wait()
            group.cancel_scope.cancel()
        async with store.write() as connection:
            assert await next_revision(connection) == 1


async def test_closing_at_any_moment_leaves_no_task_behind(
    url: str | None, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The follower is in the middle of a statement when the store is closed."""
    before = {task.id for task in get_running_tasks()}
    for turns in range(20):
        async with Store.open(url, home) as store:
            await tell(store, "news")
            for _ in range(turns * 2):
                await checkpoint()
    await checkpoint()
    assert [task for task in get_running_tasks() if task.id not in before] == []
    assert [record.message for record in caplog.records if record.levelname != "DEBUG"] == []


async def test_writers_never_overlap(store: Store, url: str | None, home: Path) -> None:
    """What was read in a transaction is still true when it commits."""
    async with Store.open(url, home) as other:

        async def count_up(mine: Store) -> None:
            for _ in range(20):
                async with mine.write() as connection:
                    await next_revision(connection)

        async with create_task_group() as group:
            for mine in (store, other, store, other):
                group.start_soon(count_up, mine)
        async with store.read() as connection:
            assert await revision(connection) == 80


async def test_a_reader_sees_one_state_and_changes_none(store: Store) -> None:
    async with store.read() as connection:
        assert await revision(connection) == 0
        async with store.write() as writing:
            await next_revision(writing)
        assert await revision(connection) == 0
    with pytest.raises(Exception, match=r"read-?only|can't be"):
        async with store.read() as connection:
            await connection.execute(insert(meta), {"key": "a", "value": "b"})
    async with store.read() as connection:
        assert await revision(connection) == 1
        assert await connection.scalar(select(meta.c.value).where(meta.c.key == "a")) is None


async def test_a_bug_stays_a_bug(store: Store) -> None:
    """A violated constraint is no trouble with the store that a user could mend."""
    with pytest.raises(IntegrityError):
        async with store.write() as connection:
            await connection.execute(insert(meta), {"key": "epoch", "value": "twice"})


async def test_foreign_keys_hold(store: Store) -> None:
    with pytest.raises(IntegrityError):
        async with store.write() as connection:
            await connection.execute(
                text("INSERT INTO verdicts VALUES (99, 'red', 1, '{}', 0)"),
            )


async def test_the_version_moves_at_once_here_and_soon_elsewhere(
    store: Store, url: str | None, home: Path
) -> None:
    async with Store.open(url, home) as other:
        here, there = store.version, other.version
        async with store.write() as connection:
            await next_revision(connection)
        assert store.version > here
        with fail_after(2):
            while other.version == there:
                await other.changed()
        assert other.version > there


async def test_an_error_of_the_block_is_not_wrapped(url: str | None, home: Path) -> None:
    with pytest.raises(StoreError, match="mine"):
        async with Store.open(url, home):
            raise StoreError("mine")


async def test_a_url_of_another_database_is_refused(home: Path) -> None:
    for url in ("mysql://host/db", "nonsense"):
        with pytest.raises(StoreError) as caught:
            async with Store.open(url, home):
                pass
        assert "postgresql://" in caught.value.hint
    assert not home.exists()


async def test_a_server_that_is_not_there_is_an_error_without_the_password(home: Path) -> None:
    with pytest.raises(StoreError, match="can't be used") as caught:
        async with Store.open("postgresql://me:hunter2@127.0.0.1:1/x?password=hunter3", home):
            pass
    assert "hunter" not in str(caught.value)


async def test_a_missing_driver_names_the_command(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"pip install 'opsroom\[postgres\]'"):
        async with Store.open("postgresql://host/db", home):
            pass


@pytest.mark.parametrize("moment", ["hangs", "runs"])
async def test_kill_9_leaves_state_and_event_both_or_neither(
    moment: str, url: str | None, home: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", COUNTS_UP, home, url or "", moment],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    told = [process.stdout.readline().strip() for _ in range(5 if moment == "hangs" else 30)]
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    async with Store.open(url, home) as store:
        async with store.read() as connection:
            number = await revision(connection)
        events = await store.journal.after(0)
        assert [int(event.summary) for event in events] == list(range(1, number + 1))
        if moment == "hangs":
            assert told[-1] == "in the middle"
            assert number == 4
        else:
            assert number >= int(told[-1]) == 30
        await tell(store, "goes on")
