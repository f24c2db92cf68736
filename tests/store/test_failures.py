import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from secrets import token_hex

import pytest
from sqlalchemy import text
from tests.postgres import Server
from tests.store.samples import tell

from opsroom.errors import StoreError
from opsroom.store import engines
from opsroom.store.database import Store
from opsroom.store.meta import next_revision, revision

pytestmark = pytest.mark.anyio

FILLS_UP = """
import resource, sys, anyio
from pathlib import Path
from secrets import token_hex
from opsroom.errors import StoreError
from opsroom.store.database import Store
from opsroom.store.meta import next_revision, revision
from tests.store.samples import tell
async def main():
    async with Store.open(None, Path(sys.argv[1])) as store:
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, limit[1]))
        told = 0
        try:
            while True:
                await tell(store, *("x" * 5000 for _ in range(4)))
                told += 4
        except StoreError as error:
            print(error)
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        assert len(await store.journal.after(0, 999)) == told > 0
        await tell(store, "goes on")
anyio.run(main)
"""


@pytest.fixture
def small_disk() -> Generator[Path, None, None]:
    """A file system of 16 MB, which the user of the Postgres server can reach too."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk; the test with a limit runs for everybody")
    folder = Path(tempfile.mkdtemp(prefix="opsroom-small-"))
    folder.chmod(0o755)
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        folder.rmdir()
        pytest.skip("mounting is not allowed here; the test with a limit runs everywhere")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


def test_a_file_that_can_not_grow_names_its_folder_and_keeps_what_was_whole(home: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", FILLS_UP, home],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert ran.returncode == 0, ran.stderr
    assert str(home) in ran.stdout


async def fill_up(store: Store) -> tuple[int, StoreError]:
    """Write until it fails: how many transactions were kept, and what the last one was told."""
    kept = 0
    while True:
        try:
            await tell(store, *(token_hex(25_000) for _ in range(8)))
        except StoreError as error:
            return kept, error
        kept += 1


def leave_little(disk: Path) -> Path:
    """A file that takes all of a disk but 3 MB."""
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(disk).free - 3_000_000))
    return ballast


async def test_a_full_disk_on_sqlite(small_disk: Path) -> None:
    async with Store.open(None, small_disk) as store:
        ballast = leave_little(small_disk)
        kept, error = await fill_up(store)
        assert error.message == f"No space left for the store in {small_disk}"
        ballast.unlink()
        events = await store.journal.after(0, 9999)
        assert len(events) == kept * 8
        await tell(store, "goes on")
    async with Store.open(None, small_disk) as store:
        assert await store.journal.last_id() == kept * 8 + 1


async def test_a_disk_that_is_full_from_the_start_leaves_nothing(small_disk: Path) -> None:
    with pytest.raises(OSError, match="No space"):
        (small_disk / "ballast").write_bytes(b"x" * 20_000_000)
    home = small_disk / "home"
    with pytest.raises(StoreError, match=str(home)):
        async with Store.open(None, home):
            pass
    assert not home.exists() or list(home.iterdir()) == []


async def test_a_full_disk_on_postgres(
    small_disk: Path, postgres_server: Server, home: Path
) -> None:
    owner = postgres_server.folder.stat()
    os.chown(small_disk, owner.st_uid, owner.st_gid)
    postgres_server.execute(f"CREATE TABLESPACE small LOCATION '{small_disk}'")
    postgres_server.execute("CREATE DATABASE small TABLESPACE small STRATEGY file_copy")
    try:
        async with Store.open(postgres_server.url("small"), home) as store:
            ballast = leave_little(small_disk)
            kept, error = await fill_up(store)
            ballast.unlink()
            assert "has no space left" in error.message
            assert len(await store.journal.after(0, 9999)) == kept * 8
    finally:
        postgres_server.execute("DROP DATABASE small WITH (FORCE)")
        postgres_server.execute("DROP TABLESPACE small")


async def test_a_writer_that_holds_on_too_long_is_told(
    url: str | None, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_TIMEOUT", 0.2)
    monkeypatch.setitem(engines.SESSION, "lock_timeout", "200ms")
    async with Store.open(url, home) as one, Store.open(url, home) as other:
        async with one.write() as connection:
            await next_revision(connection)
            with pytest.raises(StoreError, match="Another process has been writing"):
                await tell(other, "in vain")
        await tell(other, "now")
        async with other.read() as connection:
            assert await revision(connection) == 1


async def test_a_server_that_goes_away_and_comes_back(
    postgres_server: Server, postgres_url: str, home: Path
) -> None:
    async def lose_the_server_half_way(store: Store) -> None:
        async with store.write() as connection:
            await next_revision(connection)
            postgres_server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'opsroom'"
            )
            await connection.execute(text("SELECT 1"))

    async with Store.open(postgres_url, home) as store:
        with pytest.raises(StoreError, match="can't be used"):
            await lose_the_server_half_way(store)
        await tell(store, "goes on")
        async with store.read() as connection:
            assert await revision(connection) == 0


async def test_a_user_without_rights_is_told(
    postgres_server: Server, postgres_url: str, home: Path
) -> None:
    postgres_server.execute("DROP ROLE IF EXISTS guest")
    postgres_server.execute("CREATE ROLE guest LOGIN")
    with pytest.raises(StoreError, match="permission denied"):
        async with Store.open(postgres_url.replace("postgres@", "guest@"), home):
            pass
