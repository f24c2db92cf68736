from datetime import timedelta

import pytest
from tests.store.linking import UNITS, WEB, link, look, repositories, supply
from tests.store.samples import MINUTE, NOW

from opsroom.store.database import Store
from opsroom.store.link_history import forget_past, history, looks, past
from opsroom.store.links import links_of, names_like

pytestmark = pytest.mark.anyio


async def test_a_link_has_a_past_over_several_looks(store: Store) -> None:
    one, two = await repositories(store, 2)
    await look(store, one, [link(version="1")], commit="a" * 40)
    await look(store, one, [link(version="1")], commit="b" * 40, after=1)
    await look(store, one, [link(version="2")], commit="c" * 40, after=2)
    await look(store, one, [link(WEB)], commit="d" * 40, after=3)
    await look(store, one, [link(WEB), link(version="1")], commit="e" * 40, after=4)
    await look(store, two, [link()], after=5)
    async with store.read() as connection:
        rows = await past(connection, one, [UNITS])
        ids = {each for row in rows for each in (row.since, row.until) if each}
        seen = await looks(connection, ids)
    told = [
        (
            row.link.version,
            seen[row.since].commit[0],
            row.until and seen[row.until].commit[0],
            seen[row.since].first,
        )
        for row in rows
    ]
    assert told == [
        ("1", "a", "c", True),
        ("2", "c", "d", False),
        ("1", "e", None, False),
    ]
    assert seen[rows[-1].since].at == NOW + timedelta(minutes=4)


async def test_what_moved_since_is_told_and_first_looks_are_not(store: Store) -> None:
    one, two, three = await repositories(store, 3)
    await look(store, one, [link(version="1"), link(WEB)])
    await look(store, one, [link(version="2"), link(WEB)], [supply()], after=5)
    await look(store, two, [link()], after=6)
    await look(store, three, [link()], after=7)
    await look(store, three, after=8)
    async with store.read() as connection:
        moved = await history(connection, NOW + MINUTE)
        told = {
            (row.repository_id, row.link.version, row.since in moved.looks, row.until is not None)
            for row in moved.links
        }
        assert told == {
            (one, "1", False, True),
            (one, "2", True, False),
            (three, "1.0.0", False, True),
        }
        assert [row.supply for row in moved.supplies] == [supply()]
        assert {each.repository_id for each in moved.looks.values()} == {one, three}
        only = await history(connection, NOW + MINUTE, [three, two])
        assert {row.repository_id for row in only.links} == {three}
        assert await history(connection, NOW + 9 * MINUTE) == ([], [], {})


async def test_what_ended_long_ago_is_forgotten(store: Store) -> None:
    (one,) = await repositories(store, 1)
    await look(store, one, [link(version="1")], [supply()])
    await look(store, one, [link(version="2")], after=5)
    await look(store, one, [link(version="3")], after=10)
    async with store.write() as connection:
        assert await forget_past(connection, NOW) == 0
        assert await forget_past(connection, NOW + 7 * MINUTE) == 2
        versions = [row.link.version for row in await past(connection, one, [UNITS])]
        assert versions == ["2", "3"]
        assert [row.link.version for row in await links_of(connection, [one])] == ["3"]


async def test_names_are_found_by_a_part_of_them(store: Store) -> None:
    one, two = await repositories(store, 2)
    await look(store, one, [link(), link(WEB), link("pkg:npm/UNITS-extra"), link("git:*/a/units")])
    await look(store, two, [link(WEB)], [supply("pkg:pypi/100%units"), supply(UNITS)])
    await look(store, two, [link(WEB)], [supply(UNITS)])
    async with store.read() as connection:
        found = await names_like(connection, "Units", 9, without=("git:*",))
        assert found == [UNITS, "pkg:npm/UNITS-extra"]
        assert await names_like(connection, "Extra", 1) == ["pkg:npm/UNITS-extra"]
        assert await names_like(connection, "%", 9) == []
