from datetime import datetime

import pytest
from sqlalchemy import event, func, select, text, update
from sqlalchemy.exc import IntegrityError
from tests.store.samples import MINUTE, NOW, clone, fleet, snapshot, worktree

from opsroom.model.ci import Ci
from opsroom.model.facts import Unknown
from opsroom.model.health import Cost, Grade, Health
from opsroom.model.host import HostSettings, Remote, Untold
from opsroom.model.repository import RepositoryState
from opsroom.model.severity import Severity
from opsroom.model.snapshot import CloneFacts, Files, Snapshot
from opsroom.store.database import Store
from opsroom.store.facts import OTHER_VERSION
from opsroom.store.meta import next_revision
from opsroom.store.repositories import changed_since, touch
from opsroom.store.snapshots import Stored, load_snapshots, save_snapshots
from opsroom.store.tables import facts
from opsroom.store.verdicts import save_verdicts

pytestmark = pytest.mark.anyio

UNKNOWN = Unknown(at=NOW, source="directory:/code", reason="git took too long")


async def save(store: Store, *snapshots: Snapshot) -> dict[str, int]:
    async with store.write() as connection:
        revision = await next_revision(connection)
        return await save_snapshots(connection, snapshots, revision, NOW)


async def load(store: Store, *keys: str) -> dict[str, Stored]:
    async with store.read() as connection:
        return await load_snapshots(connection, keys or None)


async def kept(store: Store, name: str = "acme/api") -> Snapshot:
    return (await load(store, f"github.com/{name}"))[f"github.com/{name}"].snapshot


async def test_a_snapshot_comes_back_as_it_was(store: Store) -> None:
    trees = (worktree("/code/api", modified=3), UNKNOWN, worktree("/code/api-fix"))
    unread = clone("/code/old").model_copy(update={"refs": UNKNOWN, "files": UNKNOWN})
    whole = snapshot("acme/api", clone("/code/z", *trees), unread, clone("/code/a"))
    empty = snapshot("acme/none")
    await save(store, whole, empty)
    assert [one.snapshot for one in (await load(store)).values()] == [whole, empty]


async def test_only_the_keys_that_are_asked_for(store: Store) -> None:
    await save(store, *fleet(4))
    loaded = await load(store, "github.com/acme/r00002", "no/such/key")
    assert [one.snapshot for one in loaded.values()] == fleet(4)[2:3]


async def test_an_older_look_never_overwrites_a_newer_one(store: Store) -> None:
    new = clone("/code/api", worktree("/code/api", NOW + MINUTE, modified=2), at=NOW)
    old = clone("/code/api", worktree("/code/api", NOW, modified=9), at=NOW - MINUTE)
    await save(store, snapshot("acme/api", new))
    await save(store, snapshot("acme/api", old))
    assert await kept(store) == snapshot("acme/api", new)


async def test_each_group_keeps_its_own_newest_look(store: Store) -> None:
    base = clone("/code/api", worktree("/code/api", NOW))
    newer_tree = base.model_copy(
        update={"worktrees": (worktree("/code/api", NOW + MINUTE, modified=1),)}
    )
    later = NOW + 2 * MINUTE
    newer_refs = base.model_copy(update={"refs": clone("/code/api", at=later).refs})
    await save(store, snapshot("acme/api", newer_tree))
    await save(store, snapshot("acme/api", newer_refs))
    merged = newer_tree.model_copy(update={"refs": newer_refs.refs})
    assert await kept(store) == snapshot("acme/api", merged)


async def test_what_is_unknown_now_replaces_what_was_known(store: Store) -> None:
    await save(store, snapshot("acme/api", clone("/code/api", at=NOW - MINUTE)))
    lost = CloneFacts(
        clone=clone("/code/api").clone, worktrees=(UNKNOWN,), refs=UNKNOWN, files=UNKNOWN
    )
    await save(store, snapshot("acme/api", lost))
    assert await kept(store) == snapshot("acme/api", lost)


async def test_clones_and_work_trees_that_are_gone_are_forgotten(store: Store) -> None:
    two = clone("/code/api", worktree("/code/api"), worktree("/code/api-fix"))
    await save(store, snapshot("acme/api", two, clone("/other/api")), *fleet(2))
    one = clone("/code/api", worktree("/code/api"))
    await save(store, snapshot("acme/api", one))
    assert await kept(store) == snapshot("acme/api", one)
    async with store.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(facts)) == 4 * 3


async def test_a_repository_that_is_gone_keeps_its_name_and_no_facts(store: Store) -> None:
    await save(store, snapshot("acme/api", clone("/code/api")))
    gone = snapshot("acme/api")
    gone = gone.model_copy(
        update={"repository": gone.repository.model_copy(update={"state": RepositoryState.GONE})}
    )
    await save(store, gone)
    assert await kept(store) == gone


async def test_names_can_be_swapped(store: Store) -> None:
    ids = await save(store, snapshot("acme/a", key="1"), snapshot("acme/b", key="2"))
    again = await save(store, snapshot("acme/b", key="1"), snapshot("acme/a", key="2"))
    assert again == ids
    loaded = await load(store)
    assert {key: one.snapshot.repository.name for key, one in loaded.items()} == {
        "1": "acme/b",
        "2": "acme/a",
    }


async def test_a_name_has_one_repository(store: Store) -> None:
    await save(store, snapshot("acme/a", key="1"))
    with pytest.raises(IntegrityError):
        await save(store, snapshot("acme/a", key="2"))


async def test_first_seen_and_revision(store: Store) -> None:
    await save(store, *fleet(2))
    await save(store, fleet(1)[0])
    one, two = (await load(store)).values()
    assert (one.first_seen, one.revision, two.revision) == (NOW, 2, 1)
    async with store.write() as connection:
        await touch(connection, [two.id], await next_revision(connection))
    async with store.read() as connection:
        assert await changed_since(connection, 1) == {
            one.snapshot.repository.key: 2,
            two.snapshot.repository.key: 3,
        }
        assert await changed_since(connection, 3) == {}


async def test_health_comes_with_its_repository(store: Store) -> None:
    ids = await save(store, *fleet(2))
    key = "github.com/acme/r00001"
    health = Health(
        grade=Grade.YELLOW,
        score=70,
        costs=(Cost(rule="no-remote", severity=Severity.MEDIUM, points=30, count=1),),
        unknown=("refs: git took too long",),
    )
    async with store.write() as connection:
        await save_verdicts(connection, {ids[key]: health}, NOW)
    assert [one.health for one in (await load(store)).values()] == [None, health]


async def test_facts_of_another_version_are_unknown_not_an_error(store: Store) -> None:
    await save(store, snapshot("acme/api", clone("/code/api")))
    async with store.write() as connection:
        body = '{"written": "by the future"}'
        await connection.execute(update(facts).where(facts.c.group == "refs").values(body=body))
        await connection.execute(text("DELETE FROM facts WHERE \"group\" = 'files'"))
    (read,) = (await kept(store)).clones
    assert read.worktrees == clone("/code/api").worktrees
    assert read.refs == Unknown(at=NOW, source="directory:/code", reason=OTHER_VERSION)
    assert isinstance(read.files, Unknown)


async def test_a_thousand_repositories_are_a_handful_of_statements(store: Store) -> None:
    counted: list[str] = []

    def count(*arguments: object) -> None:
        if arguments[2] != "BEGIN":
            counted.append(str(arguments[2]))

    async with store.write() as connection:
        event.listen(connection.sync_connection, "before_cursor_execute", count)
        ids = await save_snapshots(connection, fleet(1000), 1, NOW)
        await save_snapshots(connection, fleet(1000), 2, NOW)
        event.remove(connection.sync_connection, "before_cursor_execute", count)
    assert len(ids) == 1000
    assert len(counted) == 5 + 4
    counted.clear()
    async with store.read() as connection:
        event.listen(connection.sync_connection, "before_cursor_execute", count)
        loaded = await load_snapshots(connection)
        some = await load_snapshots(connection, list(ids)[:900])
        event.remove(connection.sync_connection, "before_cursor_execute", count)
    assert len(counted) == 6
    assert [one.snapshot for one in loaded.values()] == fleet(1000)
    assert some.keys() == set(list(ids)[:900])


def hosted(name: str, at: datetime = NOW, stars: int = 0) -> Snapshot:
    """A repository that a host told everything of, and that has a clone."""
    source = "github:github.com/acme"
    told = {
        "remote": Remote(
            at=at,
            source=source,
            host="github.com",
            id="R_1",
            full_name=name,
            url=f"https://github.com/{name}",
            stars=stars,
        ),
        "settings": HostSettings(at=at, source=source, untold=(Untold(fact="rules", reason="x"),)),
        "ci": Ci(at=at, source=source, state="passing", head="a" * 40),
        "security": Unknown(at=at, source=source, reason="no permission"),
        "listed": Files(at=at, source=source, readme="README.md"),
    }
    return snapshot(name, clone("/code/api")).model_copy(update=told)


async def test_what_a_host_tells_comes_back_as_it_was(store: Store) -> None:
    whole = hosted("acme/api")
    identity = {"host_id": "R_1", "also": ("github.com/acme/old",)}
    whole = whole.model_copy(update={"repository": whole.repository.model_copy(update=identity)})
    await save(store, whole)
    assert await kept(store) == whole


async def test_each_group_of_a_host_keeps_its_newest_look(store: Store) -> None:
    new, old = hosted("acme/api", NOW + MINUTE, stars=2), hosted("acme/api", NOW, stars=1)
    await save(store, new.model_copy(update={"ci": old.ci}))
    await save(store, old.model_copy(update={"ci": new.ci}))
    assert await kept(store) == new


async def test_groups_that_no_host_is_asked_for_are_forgotten(store: Store) -> None:
    await save(store, hosted("acme/api"))
    await save(store, hosted("acme/api").model_copy(update={"security": None, "listed": None}))
    left = await kept(store)
    assert (left.security, left.listed) == (None, None)
    assert left.remote is not None
    await save(store, snapshot("acme/api", clone("/code/api")))
    assert await kept(store) == snapshot("acme/api", clone("/code/api"))


async def test_clones_go_and_what_the_host_told_stays(store: Store) -> None:
    await save(store, hosted("acme/api"))
    left = hosted("acme/api").model_copy(update={"clones": ()})
    await save(store, left)
    assert await kept(store) == left
