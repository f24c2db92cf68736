import anyio
import pytest
from sqlalchemy import func, select
from tests.store.linking import UNITS, WEB, link, look, repositories, supply
from tests.store.samples import MINUTE, NOW

from opsroom.model.link import Phase, Supply, Sure
from opsroom.store.database import Store
from opsroom.store.graph_tables import graph_looks, links
from opsroom.store.link_differences import Taken
from opsroom.store.link_history import looks
from opsroom.store.link_saving import choose_anew, end_all, save, save_identities
from opsroom.store.links import links_of, links_to, moved_since, suppliers_of, supplies_of
from opsroom.store.meta import next_revision

pytestmark = pytest.mark.anyio


async def test_a_link_comes_back_as_it_was_told(store: Store) -> None:
    (one,) = await repositories(store, 1)
    every = link(
        part="web\0\ud800",
        constraint="^1",
        phase=Phase.DEVELOPMENT,
        direct=False,
        sure=Sure.LIKELY,
    )
    given = supply(line=2, version="3", sure=Sure.STRONG, private=True)
    saved = await look(store, one, [every], [given])
    assert saved == ({one}, {one})
    async with store.read() as connection:
        ((number, _, kept, since, until),) = await links_to(connection, [UNITS])
        assert (number, until, kept.part) == (one, None, "web?")
        assert (kept.phase, kept.direct, kept.sure) == (Phase.DEVELOPMENT, False, Sure.LIKELY)
        assert kept.constraint == "^1"
        assert (await suppliers_of(connection, [UNITS]))[0].supply == given
        assert (await looks(connection, [since]))[since] == (one, NOW, "a" * 40, True)


async def test_what_is_the_same_stays_and_is_true_in_the_newest_commit(store: Store) -> None:
    (one,) = await repositories(store, 1)
    await look(store, one, [link(), link(WEB)], [supply("pkg:npm/one")])
    async with store.read() as connection:
        before = await links_of(connection, [one]), await moved_since(connection, 0)
    saved = await look(store, one, [link(WEB), link()], [supply("pkg:npm/one")], "b" * 40, 1)
    assert saved == (set(), set())
    async with store.read() as connection:
        assert await links_of(connection, [one]) == before[0]
        (mark,) = (await moved_since(connection, 0)).values()
        assert mark == before[1][one]._replace(commit="b" * 40, at=NOW + MINUTE)
        assert await connection.scalar(select(func.count()).select_from(graph_looks)) == 1


async def test_a_line_that_moves_is_no_new_link(store: Store) -> None:
    (one,) = await repositories(store, 1)
    await look(store, one, [link(line=3)])
    saved = await look(store, one, [link(line=9)], commit="b" * 40)
    assert saved == ({one}, set())
    async with store.read() as connection:
        (kept,) = await links_of(connection, [one])
        assert (kept.link.line, kept.until) == (9, None)
        assert await connection.scalar(select(func.count()).select_from(links)) == 1
        (mark,) = (await moved_since(connection, 0)).values()
        assert (mark.look, mark.commit) == (kept.since, "b" * 40)


async def test_of_equal_links_the_surest_is_kept(store: Store) -> None:
    (one,) = await repositories(store, 1)
    await look(store, one, [link(sure=Sure.LIKELY), link(sure=Sure.STRONG, line=8)])
    async with store.read() as connection:
        (kept,) = await links_of(connection, [one])
    assert (kept.link.sure, kept.link.line) == (Sure.STRONG, 8)


@pytest.mark.parametrize(
    ("seen", "doubt", "left"),
    [
        ([], {}, []),
        ([], {"unread": frozenset({"package.json"})}, ["1.0.0"]),
        ([], {"partly": frozenset({"package.json"})}, ["1.0.0"]),
        ([], {"unread": frozenset({"other.json"})}, []),
        ([link(path="a/b/c.json")], {}, ["1.0.0"]),
        ([], {"read": frozenset({"other.json"})}, ["1.0.0"]),
        ([], {"read": frozenset({"package.json"})}, []),
        ([link(version="2")], {"partly": frozenset({"package.json"})}, ["2"]),
        ([link(WEB)], {"partly": frozenset({"package.json"})}, ["1.0.0", "1.0.0"]),
    ],
)
async def test_what_could_not_be_read_ends_nothing(
    store: Store, seen: list[object], doubt: dict[str, object], left: list[str]
) -> None:
    (one,) = await repositories(store, 1)
    await look(store, one, [link()])
    await look(store, one, seen, **doubt)  # type: ignore[arg-type]  # a test's own words
    async with store.read() as connection:
        kept = await links_of(connection, [one])
        assert sorted(each.link.version for each in kept) == left


async def test_a_folder_that_could_not_be_looked_into_keeps_its_links(store: Store) -> None:
    (one,) = await repositories(store, 1)
    await look(store, one, [link(path="a/b/c"), link(path="ab/c")], [supply(path="a/d")])
    await look(store, one, unread=frozenset({"a"}))
    async with store.read() as connection:
        assert [each.link.path for each in await links_of(connection, [one])] == ["a/b/c"]
        assert len(await supplies_of(connection, [one])) == 1


async def test_what_only_other_rules_see_is_no_news(store: Store) -> None:
    (one,) = await repositories(store, 1)
    await look(store, one, [link()])
    assert (await look(store, one, [link(), link(WEB)], backlog=True)).first == {one}
    async with store.read() as connection:
        ids = [each.since for each in await links_of(connection, [one])]
        assert [each.first for each in (await looks(connection, ids)).values()] == [True, True]


async def test_whoever_asks_for_a_name_moves_with_who_answers(store: Store) -> None:
    one, two, three = await repositories(store, 3)
    await look(store, one, [link()])
    await look(store, two, [link(WEB)])
    assert (await look(store, three, (), [supply(version="1")])).moved == {one, three}
    assert (await look(store, three, (), [supply(version="2", line=7)])).moved == {three}
    moved = (await look(store, three, (), [supply(version="2", line=7, private=True)])).moved
    assert moved == {one, three}
    async with store.read() as connection:
        newest = max(mark.revision for mark in (await moved_since(connection, 0)).values())
        assert set(await moved_since(connection, newest - 1)) == {one, three}
    assert (await look(store, three)).moved == {one, three}


async def test_names_by_address_are_kept_without_a_look(store: Store) -> None:
    one, two = await repositories(store, 2)
    address = Supply("git:example.org/a/b")
    await look(store, two, [link("git:example.org/a/b", kind="submodule")])

    async def known(*given: Supply) -> set[int]:
        async with store.write() as connection:
            revision = await next_revision(connection)
            return await save_identities(connection, NOW, {one: given}, revision)

    assert await known(address) == {one, two}
    assert await known(address) == set()
    first = await look(store, one, [link()], [supply()])
    assert first.first == {one}
    renamed = Supply("git:example.org/a/c")
    assert await known(address, renamed) == {one}
    assert await known(renamed) == {one, two}
    async with store.read() as connection:
        given = await supplies_of(connection, [one])
        assert {each.supply.target for each in given} == {UNITS, "git:example.org/a/c"}
        assert len(await links_of(connection, [one])) == 1
        assert (await moved_since(connection, 0))[one].commit == "a" * 40


async def test_who_is_seen_in_another_light_moves_who_asks(store: Store) -> None:
    one, two, three = await repositories(store, 3)
    await look(store, one, [link()])
    await look(store, two, (), [supply()])
    await look(store, three)
    async with store.write() as connection:
        assert await choose_anew(connection, [two], await next_revision(connection)) == {one, two}


async def test_with_a_repository_its_links_end_and_its_next_look_is_a_first(store: Store) -> None:
    one, two = await repositories(store, 2)
    await look(store, two, [link()])
    await look(store, one, [link(WEB)], [supply()])
    async with store.write() as connection:
        revision = await next_revision(connection)
        await save_identities(connection, NOW, {one: [Supply("git:example.org/a/b")]}, revision)
        assert await end_all(connection, NOW, [one, 99], revision + 1) == {one, two}
        assert await end_all(connection, NOW, [one], revision + 2) == set()
        assert await links_of(connection, [one]) == []
        assert await supplies_of(connection, [one]) == []
    assert (await look(store, one, [link(WEB)])).first == {one}


async def test_a_failure_in_the_middle_leaves_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one,) = await repositories(store, 1)
    await look(store, one, [link()])
    async with store.read() as connection:
        before = await links_of(connection, [one]), await moved_since(connection, 0)

    async def failing(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("opsroom.store.link_saving._move", failing)
    with pytest.raises(OSError, match="disk"):
        await look(store, one, [link(WEB)], [supply()], "b" * 40)
    async with store.read() as connection:
        assert (await links_of(connection, [one]), await moved_since(connection, 0)) == before
        assert await suppliers_of(connection, [UNITS]) == []


async def test_two_writers_take_turns(store: Store, url: str | None) -> None:
    one, two = await repositories(store, 2)
    async with Store.open(url, store.place.home) as other, anyio.create_task_group() as tasks:
        for number in range(6):
            writer = (store, other)[number % 2]
            given = [link(version=str(number)), link(f"pkg:npm/p{number}")]
            tasks.start_soon(look, writer, (one, two)[number // 2 % 2], given, [supply()])
    async with store.read() as connection:
        kept = await links_of(connection, [one, two])
        assert len(kept) == 4
        every = await connection.execute(select(links.c.repository_id, links.c.number))
        assert len(every.all()) == 12
        assert len(await moved_since(connection, 0)) == 2


async def test_many_are_saved_at_once(store: Store) -> None:
    ids = await repositories(store, 40)
    taken = {
        number: Taken("a" * 40, [link(f"pkg:npm/p{n}") for n in range(60)], [supply(f"s{number}")])
        for number in ids
    }
    async with store.write() as connection:
        saved = await save(connection, NOW, taken, await next_revision(connection))
        assert saved.first == set(ids)
        assert len(await links_to(connection, ["pkg:npm/p7"])) == 40
        assert len(await links_of(connection, ids)) == 2400
