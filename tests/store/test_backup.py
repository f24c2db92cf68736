import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from anyio import Event, create_task_group, fail_after
from tests.store.samples import MINUTE, NOW, clone, finding, fleet, heard, ids, snapshot, tell

from opsroom.errors import StoreError
from opsroom.model.budget import Budget
from opsroom.model.ci import CiRun
from opsroom.model.health import Grade, Health
from opsroom.store import copies
from opsroom.store.backup import backup, restore
from opsroom.store.budgets import load_budgets, save_budget
from opsroom.store.ci_runs import newest_ci_runs, save_ci_runs
from opsroom.store.cursor import CursorState
from opsroom.store.database import Store
from opsroom.store.deliveries import Delivery, pending, take_in
from opsroom.store.findings import load_findings, save_findings
from opsroom.store.journal import JournalPruned
from opsroom.store.meta import next_revision, revision
from opsroom.store.owner import Owner
from opsroom.store.place import Place
from opsroom.store.repositories import changed_since
from opsroom.store.snapshots import load_snapshots, save_snapshots
from opsroom.store.sources import Source, want, wanted
from opsroom.store.sweeps import (
    SweepMark,
    load_sweep_marks,
    load_swept,
    save_sweep_mark,
    save_swept,
)
from opsroom.store.verdicts import save_verdicts

pytestmark = pytest.mark.anyio

FLEET = [*fleet(3), snapshot("acme/ünï", clone("/code/ü'\"\\"))]
MORE = """
revision = "9000_more"
down_revision = "{head}"
from alembic import op
def upgrade():
    op.execute("UPDATE journal SET summary = 'migrated'")
"""
DELIVERY = Delivery(guid="d", source="github:x/acme", event="push", received_at=NOW)
MARK = SweepMark(source="github:x/acme", at=NOW, sweep_every=MINUTE, look_every=MINUTE)
BUDGET = Budget(host="x", account="a", at=NOW)
RUN = CiRun(
    host="x",
    number=1,
    workflow="ci",
    head="a" * 40,
    status="queued",
    created_at=NOW,
    updated_at=NOW,
)
SOURCE = Source(key="directory:/code", kind="directory", path="/code")


async def fill(store: Store) -> None:
    async with store.write() as connection:
        repositories = await save_snapshots(connection, FLEET, await next_revision(connection), NOW)
        for number in repositories.values():
            await save_findings(connection, {number: [finding("no-remote", f"f{number}")]})
            await save_verdicts(connection, {number: Health(grade=Grade.RED, score=None)}, NOW)
        await want(connection, [SOURCE], NOW + MINUTE)
        await take_in(connection, DELIVERY)
        await save_swept(connection, "github:x/acme", {"R_1": {"head": None}})
        await save_sweep_mark(connection, MARK)
        await save_ci_runs(connection, {FLEET[0].repository.key: [RUN]})
        await save_budget(connection, BUDGET)
    await tell(store, "one", "two\n“quoted”")


async def content(store: Store) -> object:
    """All that can be read out of a store."""
    async with store.read() as connection:
        return (
            [
                (s.snapshot, s.health, s.first_seen)
                for s in (await load_snapshots(connection)).values()
            ],
            await load_findings(connection),
            await wanted(connection, NOW),
            await pending(connection, ["github:x/acme"]),
            await load_swept(connection, "github:x/acme"),
            await load_sweep_marks(connection),
            await newest_ci_runs(connection, None),
            await load_budgets(connection),
            await store.journal.after(0),
        )


async def test_a_backup_restores_all_of_a_store(
    store: Store, url: str | None, home: Path, tmp_path: Path
) -> None:
    await fill(store)
    before, cursor = await content(store), store.journal.cursor(1)
    await backup(store, tmp_path / "b.sqlite")
    async with store.write() as connection:
        await save_snapshots(connection, fleet(9), await next_revision(connection), NOW)
    await tell(store, "after the backup")
    replaced = await content(store)

    kept = await restore(tmp_path / "b.sqlite", url, home)

    assert await content(store) == before
    async with Store.open(url, home) as opened:
        assert await content(opened) == before
        assert await opened.journal.check(cursor) is CursorState.FOREIGN
        await tell(opened, "goes on")
    assert kept is not None
    await restore(kept, url, home)
    async with Store.open(url, home) as opened:
        assert await content(opened) == replaced


async def test_a_store_moves_to_the_other_database(
    home: Path, tmp_path: Path, postgres_url: str
) -> None:
    async with Store.open(None, home) as small:
        await fill(small)
        before = await content(small)
        await backup(small, tmp_path / "b.sqlite")
    await restore(tmp_path / "b.sqlite", postgres_url, tmp_path / "large")
    async with Store.open(postgres_url, tmp_path / "large") as large:
        assert await content(large) == before
        async with large.write() as connection:
            more = await save_snapshots(connection, fleet(9), await next_revision(connection), NOW)
        assert len(set(more.values())) == 9
        (event,) = await tell(large, "numbered on")
        assert event.id == 3
        await backup(large, tmp_path / "back.sqlite")
        before = await content(large)
    await restore(tmp_path / "back.sqlite", None, tmp_path / "again")
    async with Store.open(None, tmp_path / "again") as small:
        assert await content(small) == before


async def test_ids_and_cursors_go_on_when_all_events_were_pruned(
    store: Store, url: str | None, home: Path, tmp_path: Path
) -> None:
    last = ids(await tell(store, *"abc"))[-1]
    await store.journal.prune(NOW + MINUTE)
    await backup(store, tmp_path / "b.sqlite")
    await restore(tmp_path / "b.sqlite", url, home)
    async with Store.open(url, home) as opened:
        assert await opened.journal.last_id() == last
        (event,) = await tell(opened, "next")
        assert event.id == last + 1
        assert await opened.journal.check(opened.journal.cursor(last)) is CursorState.FRESH


async def test_who_has_the_store_open_sees_the_restore(
    store: Store, url: str | None, home: Path, tmp_path: Path
) -> None:
    await fill(store)
    await backup(store, tmp_path / "b.sqlite")
    (last,) = ids(await tell(store, "lost by the restore"))
    epoch = store.journal.epoch
    async with store.read() as connection:
        seen = await revision(connection)
    lost = Event()

    async def listen() -> None:
        with pytest.raises(JournalPruned, match="restored"):
            await heard(store, last, 1)
        lost.set()

    with fail_after(4):
        async with create_task_group() as group:
            group.start_soon(listen)
            await restore(tmp_path / "b.sqlite", url, home)
            await lost.wait()
    assert store.journal.epoch != epoch
    async with store.read() as connection:
        assert len(await changed_since(connection, seen)) == len(FLEET)


async def test_a_backup_is_one_point_in_time_while_writing_goes_on(
    store: Store, tmp_path: Path
) -> None:
    """Each transaction writes one revision and one event: a copy must have as many of both."""
    stop = Event()

    async def write() -> None:
        while not stop.is_set():
            async with store.write() as connection:
                number = await next_revision(connection)
                await save_snapshots(connection, FLEET, number, NOW)
            # A second transaction: only the copy's own consistency keeps this pair in step.
            await tell(store, f"{number}")

    with fail_after(10):
        async with create_task_group() as group:
            group.start_soon(write)
            for number in range(3):
                await backup(store, tmp_path / f"{number}.sqlite")
            stop.set()
    for number in range(3):
        copies.verify(tmp_path / f"{number}.sqlite")
        with closing(sqlite3.connect(tmp_path / f"{number}.sqlite")) as connection:
            (revisions,) = connection.execute("SELECT max(revision) FROM repositories").fetchone()
            (events,) = connection.execute("SELECT count(*) FROM journal").fetchone()
        assert (revisions or 0) - events in (0, 1)


async def test_a_restore_while_somebody_owns_the_store_is_refused(
    store: Store, url: str | None, home: Path, tmp_path: Path
) -> None:
    await fill(store)
    await backup(store, tmp_path / "b.sqlite")
    before = await content(store)
    async with Owner.of(store.place) as owner:
        assert await owner.try_acquire()
        with pytest.raises(StoreError, match=r"is in use by .*process"):
            await restore(tmp_path / "b.sqlite", url, home)
    assert await content(store) == before
    await restore(tmp_path / "b.sqlite", url, home)


@pytest.fixture
async def copy(home: Path, tmp_path: Path) -> Path:
    async with Store.open(None, home) as store:
        await fill(store)
        await backup(store, tmp_path / "b.sqlite")
    return tmp_path / "b.sqlite"


def change(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute(statement)


async def test_a_copy_is_one_private_file(copy: Path) -> None:
    assert copy.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in copy.parent.iterdir() if file.is_file()] == ["b.sqlite"]


async def test_what_is_not_a_whole_backup_is_refused(copy: Path, home: Path) -> None:
    async with Store.open(None, home) as store:
        before = await content(store)
    whole = copy.read_bytes()

    async def refused(match: str) -> None:
        with pytest.raises(StoreError, match=match):
            await restore(copy, None, home)
        copy.write_bytes(whole)

    change(copy, "UPDATE journal SET summary = 'forged'")
    await refused("seal is broken")
    change(copy, "DELETE FROM repositories WHERE id = 1")
    await refused("damaged")
    change(copy, "UPDATE alembic_version SET version_num = '9999_future'")
    await refused("damaged")
    change(copy, "UPDATE alembic_version SET version_num = '9999_future'")
    change(copy, "DELETE FROM meta WHERE key = 'seal'")
    await refused("newer version")
    copy.write_bytes(whole[:5000])
    await refused("damaged")
    copy.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    await refused("damaged")
    copy.write_bytes(b"\x1f\x8b not a database" * 400)
    await refused("damaged")
    copy.write_bytes(b"")
    await refused("not a store")
    copy.unlink()
    await refused("no file")
    async with Store.open(None, home) as store:
        assert await content(store) == before
    assert not (home / "backups").exists()


async def test_a_store_that_is_corrupt_names_the_way_back(copy: Path, home: Path) -> None:
    async with Store.open(None, home) as store:
        before = await content(store)
        (home / "backups").mkdir()
        good, bad = home / "backups" / "good.sqlite", home / "backups" / "newer-but-bad.sqlite"
        await backup(store, good)
        bad.write_bytes(good.read_bytes()[:9000])
    broken = b"\xff" * 100 + (home / "store.sqlite").read_bytes()[100:]
    (home / "store.sqlite").write_bytes(broken)
    with pytest.raises(StoreError) as caught:
        async with Store.open(None, home):
            pass
    assert f"The store {home / 'store.sqlite'} is corrupt" in caught.value.message
    assert f"run `opsroom restore {good}`" in caught.value.hint
    assert (home / "store.sqlite").read_bytes() == broken, "never made anew by itself"

    kept = await restore(good, None, home)

    assert kept is not None
    assert (kept / "store.sqlite").read_bytes() == broken
    async with Store.open(None, home) as store:
        assert await content(store) == before


async def test_corruption_in_the_middle_is_found_when_it_is_read(copy: Path, home: Path) -> None:
    """And a restore works, though the store can be opened."""
    async with Store.open(None, home) as store:
        await tell(store, *("x" * 3000 for _ in range(50)))
    whole = (home / "store.sqlite").read_bytes()
    (home / "store.sqlite").write_bytes(whole[: len(whole) - 40 * 4096] + b"\xaa" * 40 * 4096)
    with pytest.raises(StoreError, match=r"is corrupt .*move the file away"):
        async with Store.open(None, home) as store:
            await store.journal.after(0, 1000)
    kept = await restore(copy, None, home)
    assert kept is not None
    assert kept.is_dir()
    async with Store.open(None, home) as store:
        assert len(await store.journal.after(0)) == 2


async def test_a_backup_over_the_store_itself_is_refused(store: Store, home: Path) -> None:
    with pytest.raises(StoreError, match="is the store itself"):
        await backup(store, home / ".." / home.name / "store.sqlite")


async def test_a_backup_into_nowhere_is_an_error(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="can't be written"):
        await backup(store, tmp_path / "no" / "such" / "folder" / "b.sqlite")


async def test_an_older_backup_is_migrated_and_the_file_left_alone(
    copy: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from opsroom.store import schema

    versions = tmp_path / "versions"
    versions.mkdir()
    for known in schema.VERSIONS.glob("[0-9]*.py"):
        (versions / known.name).write_text(known.read_text())
    (versions / "9000_more.py").write_text(MORE.replace("{head}", schema.known_versions()[-1]))
    old = copy.read_bytes()
    monkeypatch.setattr(schema, "VERSIONS", versions)
    await restore(copy, None, tmp_path / "new")
    async with Store.open(None, tmp_path / "new") as store:
        assert [event.summary for event in await store.journal.after(0)] == ["migrated"] * 2
    assert copy.read_bytes() == old
    assert Place(tmp_path / "new").file.exists()
