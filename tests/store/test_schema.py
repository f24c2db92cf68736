import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from anyio import create_task_group
from sqlalchemy import inspect, text
from tests.store.samples import NOW, fleet, heard, tell

from opsroom.errors import StoreError
from opsroom.model.repository import Repository
from opsroom.store import copies, schema
from opsroom.store.database import Store
from opsroom.store.engines import schema_work
from opsroom.store.meta import next_revision
from opsroom.store.place import Place
from opsroom.store.schema import known_versions, migrate, prepare
from opsroom.store.snapshots import load_snapshots, save_snapshots

pytestmark = pytest.mark.anyio

FAILING = """
revision = "9000_failing"
down_revision = "{head}"
from alembic import op
import sqlalchemy as sa
def upgrade():
    op.execute("UPDATE repositories SET description = 'half migrated'")
    op.add_column("repositories", sa.Column("stars", sa.Integer))
    op.execute("DELETE FROM journal")
    op.execute("SELECT no_such_column FROM repositories")
"""

REBUILDING = """
revision = "9000_rebuilding"
down_revision = "{head}"
from alembic import op
import sqlalchemy as sa
def upgrade():
    with op.batch_alter_table("repositories", recreate="auto") as table:
        table.add_column(sa.Column("stars", sa.Integer, server_default="1", nullable=False))
        table.alter_column("description", existing_type=sa.Text, nullable=True)
"""


def add_version(name: str, script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this program one version newer."""
    versions = tmp_path / "versions"
    versions.mkdir()
    for known in schema.VERSIONS.glob("[0-9]*.py"):
        (versions / known.name).write_text(known.read_text())
    (versions / f"{name}.py").write_text(script.replace("{head}", known_versions()[-1]))
    monkeypatch.setattr(schema, "VERSIONS", versions)


async def fill(url: str | None, home: Path) -> None:
    async with Store.open(url, home) as store:
        async with store.write() as connection:
            await save_snapshots(connection, fleet(3), await next_revision(connection), NOW)
        await tell(store, "kept")


async def test_a_new_store_has_the_schema_that_migrations_make(
    url: str | None, home: Path, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    created = Place.of(url, home)
    other = request.getfixturevalue("postgres_server").database() if url else None
    migrated = Place.of(other, tmp_path / "migrated")
    prepare(created)
    migrated.home.mkdir()
    engine = schema_work(migrated)
    with engine.begin() as connection:
        migrate(connection)
    engine.dispose()
    assert shape(created) == shape(migrated)
    assert shape(created)["version"] == known_versions()[-1]


def shape(place: Place) -> dict[str, Any]:
    """All that a database says of its tables."""
    engine = schema_work(place)
    with engine.connect() as connection:
        seen = inspect(connection)
        told: dict[str, Any] = {
            "version": connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        }
        for table in sorted(seen.get_table_names()):
            told[table] = {
                "columns": [
                    {**column, "type": str(column["type"])} for column in seen.get_columns(table)
                ],
                "key": seen.get_pk_constraint(table),
                "foreign": seen.get_foreign_keys(table),
                "indexes": sorted(
                    (
                        {**index, "dialect_options": _words(index.get("dialect_options", {}))}
                        for index in seen.get_indexes(table)
                    ),
                    key=lambda index: str(index["name"]),
                ),
                "unique": sorted(seen.get_unique_constraints(table), key=lambda one: str(one)),
            }
        if place.url is None:
            told["sequences"] = connection.execute(
                text("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'")
            ).all()
    engine.dispose()
    return told


def _words(options: dict[str, Any]) -> dict[str, str]:
    """Options of an index: clauses of SQL are only equal as text."""
    return {name: str(value) for name, value in options.items()}


def test_versions_are_one_line_from_the_first_to_the_last() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    assert script.get_current_head() == known_versions()[-1]
    assert [one.revision for one in script.walk_revisions()][::-1] == known_versions()


async def test_opening_again_imports_no_alembic(url: str | None, home: Path) -> None:
    await fill(url, home)
    program = (
        "import sys, anyio\nfrom pathlib import Path\n"
        "from opsroom.store.database import Store\n"
        "async def main():\n"
        "    async with Store.open(sys.argv[2] or None, Path(sys.argv[1])): pass\n"
        "anyio.run(main)\nprint(*(name for name in ('alembic', 'psycopg') if name in sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, home, url or ""], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == (["psycopg"] if url else [])


async def test_a_migration_that_fails_leaves_the_old_store_working(
    url: str | None, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(url, home)
    version = known_versions()[-1]
    with monkeypatch.context() as newer:
        add_version("9000_failing", FAILING, tmp_path, newer)
        with pytest.raises(StoreError, match=rf"9000_failing.*still is at {version}"):
            async with Store.open(url, home):
                pass
    async with Store.open(url, home) as store:
        async with store.read() as connection:
            kept = await load_snapshots(connection)
        assert [one.snapshot for one in kept.values()] == fleet(3)
        assert [event.summary for event in await heard(store, 0, 1)] == ["kept"]
        await tell(store, "goes on")
    if url is None:
        (copy,) = (home / "backups").glob("*.sqlite")
        assert copies.verify(copy) == version


async def test_a_migration_that_rebuilds_a_table_loses_no_rows(
    url: str | None, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite drops the old table; with foreign keys on, every fact would go with it."""
    await fill(url, home)
    add_version("9000_rebuilding", REBUILDING, tmp_path, monkeypatch)
    async with Store.open(url, home) as store, store.read() as connection:
        kept = await load_snapshots(connection)
        stars = await connection.scalar(text("SELECT sum(stars) FROM repositories"))
    assert [one.snapshot for one in kept.values()] == fleet(3)
    assert stars == 3
    assert shape(Place.of(url, home))["version"] == "9000_rebuilding"


async def test_a_store_of_the_first_version_keeps_its_repositories(
    url: str | None, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place.of(url, home)
    home.mkdir()
    first = tmp_path / "first"
    first.mkdir()
    initial = schema.VERSIONS / "0001_initial.py"
    (first / initial.name).write_text(initial.read_text())
    engine = schema_work(place)
    with monkeypatch.context() as older, engine.begin() as connection:
        older.setattr(schema, "VERSIONS", first)
        migrate(connection)
        connection.execute(text("INSERT INTO meta VALUES ('epoch', '01234567')"))
        connection.execute(
            text(
                "INSERT INTO repositories (key, name, description, labels, sources, state,"
                " first_seen, revision) VALUES"
                " ('github.com/acme/api', 'acme/api', '', '[]', '[]', 'known', 0, 1)"
            )
        )
    engine.dispose()
    async with Store.open(url, home) as store, store.read() as connection:
        (kept,) = (await load_snapshots(connection)).values()
    assert kept.snapshot.repository == Repository(key="github.com/acme/api", name="acme/api")
    assert shape(place)["version"] == known_versions()[-1]


async def test_of_copies_made_before_a_migration_three_stay(home: Path) -> None:
    home.mkdir()
    prepare(Place(home))
    made: list[Path] = []
    for _ in range(5):
        copy = copies.fresh_name(home / "backups", "before-x")
        copies.snapshot(home / "store.sqlite", copy)
        copies.forget_old(home / "backups", "before-x")
        made.append(copy)
    assert sorted((home / "backups").iterdir()) == made[-3:]


async def test_a_store_of_a_newer_version_is_refused(url: str | None, home: Path) -> None:
    await fill(url, home)
    place = Place.of(url, home)
    engine = schema_work(place)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_future'"))
    engine.dispose()
    with pytest.raises(StoreError, match=r"newer version.*9999_future") as caught:
        prepare(place)
    assert "upgrade Opsroom" in caught.value.hint
    assert shape(place)["version"] == "9999_future"


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough" * 99])
async def test_what_is_not_a_store_is_never_made_into_one(home: Path, content: bytes) -> None:
    home.mkdir()
    (home / "store.sqlite").write_bytes(content)
    with pytest.raises(StoreError, match=r"store\.sqlite.*restore"):
        prepare(Place(home))
    assert (home / "store.sqlite").read_bytes() == content


async def test_a_foreign_database_is_left_alone(home: Path) -> None:
    home.mkdir()
    other = Place(home, name="other.sqlite")
    engine = schema_work(other)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE precious (x)"))
    engine.dispose()
    other.file.rename(home / "store.sqlite")
    with pytest.raises(StoreError, match="is not a store of Opsroom"):
        prepare(Place(home))


async def test_a_wal_without_its_store_is_not_read_into_the_next(home: Path) -> None:
    wal = home / "store.sqlite-wal"
    async with Store.open(None, home) as store:
        await tell(store, "of the old store")
        orphan = wal.read_bytes()
    (home / "store.sqlite").unlink()
    wal.write_bytes(orphan)
    async with Store.open(None, home) as store:
        assert await store.journal.last_id() == 0


async def test_many_may_create_one_store_at_once(url: str | None, home: Path) -> None:
    epochs: set[str] = set()

    async def open_one() -> None:
        async with Store.open(url, home) as store:
            await tell(store, "here")
            epochs.add(store.journal.epoch)

    async with create_task_group() as group:
        for _ in range(6):
            group.start_soon(open_one)
    assert len(epochs) == 1
    async with Store.open(url, home) as store:
        assert await store.journal.last_id() == 6


async def test_home_and_store_are_for_their_owner_alone(home: Path) -> None:
    async with Store.open(None, home / "deep") as store:
        await tell(store, "something")
        assert (home / "deep").stat().st_mode & 0o777 == 0o700
        modes = {file.name: file.stat().st_mode & 0o777 for file in (home / "deep").iterdir()}
        assert set(modes.values()) == {0o600}, modes
        assert "store.sqlite-wal" in modes


async def test_a_home_that_is_a_file_is_an_error(home: Path) -> None:
    home.write_text("")
    with pytest.raises(StoreError, match=r"home.*can't be used"):
        prepare(Place(home))
