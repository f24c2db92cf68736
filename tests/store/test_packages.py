import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from tests.store.packing import LOCK, NPM, at, digest, inventory, package
from tests.store.samples import NOW, fleet

from opsroom.model.inventory import KnownManifest
from opsroom.model.manifest import Manifest, Unread
from opsroom.model.mention import Mention
from opsroom.model.package import Package, Published
from opsroom.store.database import Store
from opsroom.store.inventories import (
    Used,
    declaring_of,
    edges_of,
    load_inventories,
    load_outlines,
    manifests_of,
    mentions_of,
    names_of,
    packages_of,
    published_of,
    save_inventory,
    users_of,
    versions_in_use,
)
from opsroom.store.packages import known, packages_in, save_manifests
from opsroom.store.scan_tables import manifest_packages, manifests, package_versions
from opsroom.store.snapshots import save_snapshots

pytestmark = pytest.mark.anyio


async def repositories(store: Store, count: int) -> list[int]:
    async with store.write() as connection:
        return list((await save_snapshots(connection, fleet(count), 1, NOW)).values())


async def test_a_manifest_comes_back_as_it_was_read(store: Store) -> None:
    (one,) = await repositories(store, 1)
    taken = inventory(at("web/package-lock.json"))
    async with store.write() as connection:
        await save_manifests(connection, {(digest(1), NPM): LOCK})
        await save_inventory(connection, {one: taken}, {one: {"javascript", "python"}})
    async with store.read() as connection:
        assert await known(connection, [(digest(1), NPM), (digest(1), "other@1")]) == {
            (digest(1), NPM): KnownManifest(True, "a line in conflict")
        }
        found = (await packages_of(connection, [one]))[one]
        assert tuple(each.package for each in found) == LOCK.packages
        assert [each.index for each in found] == [0, 1, 2, 3]
        assert {(each.path, each.format, each.key) for each in found} == {
            ("web/package-lock.json", NPM, (digest(1), NPM))
        }
        assert await edges_of(connection, [one]) == {(digest(1), NPM): list(LOCK.edges)}
        assert await published_of(connection) == {
            one: [("web/package-lock.json", LOCK.publishes[0])]
        }
        assert await mentions_of(connection, [one]) == {
            one: [("web/package-lock.json", each) for each in LOCK.mentions]
        }
        (held,) = (await manifests_of(connection))[one]
        assert (held.scripts, held.unread) == (LOCK.scripts, LOCK.unread)
        assert await load_inventories(connection) == {one: taken}
        assert await declaring_of(connection) == {one: {("web", "npm")}}
        assert await packages_in(connection, [(digest(1), NPM), (digest(2), NPM)]) == {
            (digest(1), NPM): LOCK.packages
        }
        commit, kinds, names = (await load_outlines(connection))[one]
        assert (commit, kinds) == ("c" * 40, ("javascript", "python"))
        assert sorted((await names_of(connection, names)).values()) == [
            "pkg:docker/redis",
            "pkg:npm/%40a/b",
            "pkg:npm/web",
        ]


async def test_a_manifest_with_names_alone_is_full(store: Store) -> None:
    (one,) = await repositories(store, 1)
    named = Manifest(mentions=(Mention("host", "api.home.arpa", 4, serves=True),))
    async with store.write() as connection:
        await save_manifests(connection, {(digest(1), NPM): named, (digest(2), NPM): Manifest()})
        await save_inventory(connection, {one: inventory(at("a", 1), at("b", 2))})
        kept = await known(connection, [(digest(1), NPM), (digest(2), NPM)])
        assert [kept[digest(number), NPM].full for number in (1, 2)] == [True, False]
        assert await mentions_of(connection) == {one: [("a", named.mentions[0])]}


async def test_what_was_published_before_homes_were_told_is_read(store: Store) -> None:
    (one,) = await repositories(store, 1)
    async with store.write() as connection:
        await save_manifests(connection, {(digest(1), NPM): LOCK})
        await save_inventory(connection, {one: inventory(at("a"))})
        older = [["pkg:npm/ours", "0.1.0", True, 2]]
        await connection.execute(update(manifests).values(publishes=older))
        told = Published("pkg:npm/ours", "0.1.0", private=True, line=2)
        assert await published_of(connection) == {one: [("a", told)]}
        ((held,),) = (await manifests_of(connection)).values()
        assert held.publishes == (told,)


async def test_a_package_leads_to_its_users(store: Store) -> None:
    one, two, three = await repositories(store, 3)
    other = Manifest(packages=(package("web", "3.0.0", dev=True),))
    async with store.write() as connection:
        await save_manifests(connection, {(digest(1), NPM): LOCK, (digest(2), NPM): other})
        await save_inventory(
            connection,
            {
                one: inventory(at("a"), at("b", 2)),
                two: inventory(at("a", 2)),
                three: inventory(at("a", 2, reason="truncated")),
            },
        )
    async with store.read() as connection:
        uses = await users_of(connection, ["pkg:npm/web", "pkg:npm/nobody"])
        assert sorted(uses, key=lambda use: (use.repository_id, use.version)) == [
            Used(one, "a", LOCK.packages[2]),
            Used(one, "a", LOCK.packages[0]),
            Used(one, "b", other.packages[0]),
            Used(two, "a", other.packages[0]),
        ]
        versions = await versions_in_use(connection, ["pkg:npm/web"])
        assert sorted(versions) == [("pkg:npm/web", f"{n}") for n in ("1.9.0", "2.0.0", "3.0.0")]
        assert len(await versions_in_use(connection)) == 5


async def test_an_inventory_replaces_the_one_before(store: Store) -> None:
    one, two = await repositories(store, 2)
    async with store.write() as connection:
        await save_manifests(connection, {(digest(1), NPM): LOCK})
        await save_inventory(connection, {one: inventory(at("old")), two: inventory(at("old"))})
        await save_inventory(connection, {one: inventory(at("new"), commit="d" * 40)})
    async with store.read() as connection:
        assert {each.path for each in (await packages_of(connection, [one]))[one]} == {"new"}
        assert {each.path for each in (await packages_of(connection, [two]))[two]} == {"old"}
        assert (await load_outlines(connection, [one]))[one][0] == "d" * 40


async def test_saving_a_manifest_again_is_harmless(store: Store) -> None:
    async with store.write() as connection:
        await save_manifests(connection, {(digest(1), NPM): LOCK})
        await save_manifests(connection, {(digest(1), NPM): LOCK, (digest(2), NPM): LOCK})
    async with store.read() as connection:
        rows = await connection.scalar(select(func.count()).select_from(manifest_packages))
        assert rows == 2 * len(LOCK.packages)
        versions = await connection.scalar(select(func.count()).select_from(package_versions))
        assert versions == len(LOCK.packages)


async def test_a_manifest_in_which_nothing_is_says_so(store: Store) -> None:
    kept = {
        (digest(1), NPM): Manifest(),
        (digest(2), NPM): Manifest(unread=(Unread("cut short"),)),
        (digest(3), NPM): Manifest(packages=(Package("pkg:npm/lodash"),)),
    }
    async with store.write() as connection:
        await save_manifests(connection, kept)
    async with store.read() as connection:
        told = await known(connection, [*kept, (digest(4), NPM)])
    says = KnownManifest(False), KnownManifest(False, "cut short"), KnownManifest(True)
    assert told == dict(zip(kept, says, strict=True))


async def test_a_manifest_that_was_not_kept_is_unknown_and_not_empty(store: Store) -> None:
    (one,) = await repositories(store, 1)
    async with store.write() as connection:
        await save_inventory(connection, {one: inventory(at("a", 9))})
    async with store.read() as connection:
        (held,) = (await manifests_of(connection, [one]))[one]
        assert held.reason == "it was not read yet"


async def test_a_file_that_two_formats_read_is_there_twice(store: Store) -> None:
    (one,) = await repositories(store, 1)
    async with store.write() as connection:
        await save_manifests(
            connection, {(digest(1), NPM): LOCK, (digest(1), "compose@1"): Manifest()}
        )
        taken = inventory(at("a.yaml", 1, "compose@1"), at("a.yaml", 1))
        await save_inventory(connection, {one: taken})
    async with store.read() as connection:
        assert await load_inventories(connection, [one]) == {one: taken}


TEXT = st.text(st.characters(exclude_categories=()), max_size=20)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.builds(Package, purl=TEXT, version=TEXT, constraint=TEXT, origin=TEXT)))
async def test_whatever_strangers_write_can_be_kept(store: Store, packages: list[Package]) -> None:
    async with store.write() as connection:
        key = (digest(hash(tuple(packages)) & 0xFFFFFFFF), NPM)
        await save_manifests(connection, {key: Manifest(packages=tuple(packages))})


async def test_many_repositories_at_once(store: Store) -> None:
    ids = await repositories(store, 700)
    many = {
        (digest(number), NPM): Manifest(packages=(package("web", f"{number}.0"), package("x")))
        for number in ids
    }
    async with store.write() as connection:
        await save_manifests(connection, many)
        await save_inventory(connection, {number: inventory(at("a", number)) for number in ids})
    async with store.read() as connection:
        assert len(await users_of(connection, ["pkg:npm/x"])) == 700
        assert len(await packages_of(connection, ids)) == 700
