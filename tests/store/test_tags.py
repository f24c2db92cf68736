import pytest
from tests.store.samples import MINUTE, NOW, clone, snapshot

from opsroom.model.facts import Unknown
from opsroom.model.host import Remote
from opsroom.model.snapshot import Snapshot
from opsroom.model.tags import Tag, Tags
from opsroom.store.database import Store
from opsroom.store.meta import next_revision
from opsroom.store.snapshots import load_snapshots, save_snapshots
from opsroom.store.tags import Tagged, load_tags

pytestmark = pytest.mark.anyio

REMOTE = Remote(
    at=NOW, source="github", host="github.com", id="R_1", full_name="acme/api", url="https://x"
)


def tags(*names: str, minutes: int = 0) -> Tags:
    return Tags(
        at=NOW + MINUTE * minutes,
        source="git",
        tags=tuple(Tag(name=name, commit="a" * 40, at=NOW) for name in names),
        total=len(names),
    )


async def save(store: Store, *snapshots: Snapshot) -> list[int]:
    async with store.write() as connection:
        revision = await next_revision(connection)
        ids = await save_snapshots(connection, snapshots, revision, NOW)
    return [ids[each.repository.key] for each in snapshots]


async def told(store: Store, *ids: int) -> dict[int, Tagged]:
    async with store.read() as connection:
        return await load_tags(connection, ids)


def whole(found: Tags | Unknown | None, host: Tags | None = None) -> Snapshot:
    here = clone("/code/api").model_copy(update={"tags": found})
    return snapshot("acme/api", here).model_copy(update={"remote": REMOTE, "tags": host})


async def test_tags_are_kept_beside_a_snapshot_and_asked_for_alone(store: Store) -> None:
    [api, _] = await save(store, whole(tags("v1"), tags("v1", "v2")), snapshot("acme/none"))
    assert await told(store, api, 99) == {api: Tagged((tags("v1"),), tags("v1", "v2"))}
    async with store.read() as connection:
        loaded = (await load_snapshots(connection))["github.com/acme/api"].snapshot
    assert loaded == whole(None)


async def test_what_is_saved_without_tags_leaves_those_that_were_seen(store: Store) -> None:
    [api] = await save(store, whole(tags("v1"), tags("v2")))
    await save(store, whole(None))
    assert await told(store, api) == {api: Tagged((tags("v1"),), tags("v2"))}


async def test_the_newest_look_counts_also_where_it_could_not_tell(store: Store) -> None:
    [api] = await save(store, whole(tags("v1", minutes=1)))
    await save(store, whole(tags("v1", "v2")))
    assert await told(store, api) == {api: Tagged((tags("v1", minutes=1),))}
    lost = Unknown(at=NOW + MINUTE * 2, source="git", reason="an object is missing")
    await save(store, whole(lost))
    assert await told(store, api) == {api: Tagged((lost,))}


async def test_tags_go_with_their_clone_and_with_their_host(store: Store) -> None:
    [api] = await save(store, whole(tags("v1"), tags("v2")))
    without_host = whole(None).model_copy(update={"remote": None})
    await save(store, without_host)
    assert await told(store, api) == {api: Tagged((tags("v1"),))}
    await save(store, without_host.model_copy(update={"clones": ()}))
    assert await told(store, api) == {}


async def test_of_a_large_fleet_only_those_that_are_asked_for(store: Store) -> None:
    [api] = await save(store, whole(tags("v1")))
    assert await told(store, *range(api + 1, api + 1_000)) == {}
    assert set(await told(store, *range(api, api + 1_000))) == {api}
