import pytest
from tests.store.linking import UNITS, WEB, link, look, repositories

from opsroom.store.database import Store
from opsroom.store.links import MANY, links_of, links_to, some_links_to, used

pytestmark = pytest.mark.anyio


async def test_a_part_of_what_is_current_is_read_alone(store: Store) -> None:
    one, two, three = await repositories(store, 3)
    for each in (three, two, one):
        await look(store, each, [link(), link(WEB, direct=False)])
    await look(store, one, [link()], after=1)
    async with store.read() as connection:
        some = await some_links_to(connection, UNITS, 2)
        assert [row.repository_id for row in some] == sorted((one, two, three))[:2]
        direct = await links_of(connection, [one, two], directly=True)
        assert {(row.repository_id, row.link.target) for row in direct} == {
            (one, UNITS),
            (two, UNITS),
        }
        named = await links_of(connection, [one, two], targets=[WEB])
        assert [row.repository_id for row in named] == [two]
        assert await used(connection, [UNITS, WEB, "pkg:npm/none"], [one]) == {UNITS}
        assert await used(connection, [UNITS, WEB], [one, three]) == {UNITS, WEB}
        assert await used(connection, [UNITS], []) == set()


async def test_thousands_are_read_as_few_are(store: Store) -> None:
    one, two = await repositories(store, 2)
    many = [link(path=f"{number}/package.json") for number in range(MANY + 1)]
    await look(store, one, many)
    await look(store, two, [link()])
    async with store.read() as connection:
        rows = await links_to(connection, [UNITS])
    assert len(rows) == MANY + 2
    assert {row.link for row in rows if row.repository_id == one} == set(many)
