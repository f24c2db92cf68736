import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from anyio import fail_after
from tests.postgres import Server

from opsroom.errors import StoreError
from opsroom.store.owner import Owner
from opsroom.store.place import Place

pytestmark = pytest.mark.anyio

OWNS = """
import sys, anyio
from pathlib import Path
from opsroom.store.owner import Owner
from opsroom.store.place import Place
async def main():
    async with Owner.of(Place.of(sys.argv[2] or None, Path(sys.argv[1]))) as owner:
        await owner.acquire()
        print("mine", flush=True)
        await anyio.sleep_forever()
anyio.run(main)
"""

WATCHES = OWNS.replace("Path(sys.argv[1]))", "Path(sys.argv[1])), sys.argv[3]")


@pytest.fixture(autouse=True)
def made_home(home: Path) -> None:
    home.mkdir()


async def test_there_is_one_owner_until_it_releases(place: Place) -> None:
    async with Owner.of(place) as first, Owner.of(place) as second:
        assert not first.held
        assert not await first.check()
        assert await first.try_acquire()
        assert await first.try_acquire()
        assert not await second.try_acquire()
        assert await first.check()
        assert not await second.check()
        await first.release()
        assert not first.held
        assert await second.try_acquire()
        assert not await first.try_acquire()
    assert not second.held


async def test_a_killed_owner_is_followed_within_two_seconds(place: Place, url: str | None) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", OWNS, place.home, url or ""], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "mine\n"
    async with Owner.of(place) as owner:
        assert not await owner.try_acquire()
        if url is None:
            assert await owner.who() == f"process {process.pid}"
        process.send_signal(signal.SIGKILL)
        killed = time.monotonic()
        with fail_after(4):
            await owner.acquire()
        assert time.monotonic() - killed < 2
        assert await owner.check()
    process.wait()
    process.stdout.close()


async def test_a_lock_file_that_was_replaced_keeps_nobody_out(home: Path) -> None:
    place = Place(home)
    async with Owner.of(place) as first, Owner.of(place) as second:
        assert await first.try_acquire()
        (home / "owner.lock").unlink()
        assert await second.try_acquire()
        assert not await first.check()
        assert not first.held
        assert await second.check()


async def test_programs_that_the_owner_starts_do_not_hold_its_lock(home: Path) -> None:
    place = Place(home)
    async with Owner.of(place) as first, Owner.of(place) as second:
        assert await first.try_acquire()
        child = subprocess.Popen(["sleep", "30"], close_fds=False)
        try:
            await first.release()
            assert await second.try_acquire()
        finally:
            child.kill()
            child.wait()


async def test_a_lost_session_is_a_lost_claim(
    postgres_server: Server, postgres_url: str, home: Path
) -> None:
    async with Owner.of(Place.of(postgres_url, home)) as owner:
        assert await owner.try_acquire()
        postgres_server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
        )
        assert not await owner.check()
        assert not owner.held
        assert await owner.try_acquire()


async def test_two_stores_in_one_database_have_an_owner_each(postgres_url: str, home: Path) -> None:
    one = Place.of(postgres_url, home)
    other = Place.of(f"{postgres_url}&options=-c%20search_path%3Dpg_catalog", home)
    async with Owner.of(one) as first, Owner.of(other) as second:
        assert await first.try_acquire()
        assert await second.try_acquire()


async def test_a_lock_that_can_not_be_had_is_an_error(home: Path) -> None:
    (home / "owner.lock").mkdir()
    with pytest.raises(StoreError, match=r"owner\.lock"):
        await Owner.of(Place(home)).try_acquire()
    with pytest.raises(StoreError, match="can't be used"):
        await Owner.of(Place.of("postgresql://127.0.0.1:1/x", home)).try_acquire()


async def test_the_lock_file_says_who_only_while_held(home: Path) -> None:
    async with Owner.of(Place(home)) as owner:
        assert await owner.try_acquire()
        assert (home / "owner.lock").read_text() == f"{os.getpid()}\n"
        assert (home / "owner.lock").stat().st_mode & 0o777 == 0o600
    assert (home / "owner.lock").read_text() == ""


ACME = "github:git.example.org/acme"
OTHER = "github:git.example.org/other"


async def test_a_source_is_claimed_apart_from_the_store_and_from_other_sources(
    place: Place,
) -> None:
    async with Owner.of(place) as store, Owner.of(place, ACME) as acme, Owner.of(place, OTHER) as b:
        assert await store.try_acquire()
        assert await acme.try_acquire()
        assert await b.try_acquire()
        async with Owner.of(place, ACME) as second:
            assert not await second.try_acquire()
            await store.release()
            assert not await second.try_acquire()
            await acme.release()
            assert await second.try_acquire()
            assert await b.check()


async def test_a_killed_watcher_of_a_source_is_followed(place: Place, url: str | None) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WATCHES, place.home, url or "", ACME],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "mine\n"
    async with Owner.of(place, ACME) as claim:
        assert not await claim.try_acquire()
        process.send_signal(signal.SIGKILL)
        with fail_after(4):
            await claim.acquire()
    process.wait()
    process.stdout.close()


async def test_sources_whose_names_look_alike_in_a_file_name_have_a_lock_each(home: Path) -> None:
    place = Place(home)
    async with Owner.of(place, "github:h/a b") as first, Owner.of(place, "github:h/a-b") as second:
        assert await first.try_acquire()
        assert await second.try_acquire()
        files = sorted(file.name for file in home.glob("watch-github-h-a-b-*.lock"))
        assert len(files) == 2
        assert all((home / file).stat().st_mode & 0o777 == 0o600 for file in files)
