import pytest
from tests.store.linking import link, look, repositories, supply

from opsroom.store.database import Store
from opsroom.store.unread import full_of

pytestmark = pytest.mark.anyio


async def test_who_has_as_many_as_are_kept_is_told(store: Store) -> None:
    one, two, three = await repositories(store, 3)
    many = [link(f"pkg:npm/{name}") for name in "abc"]
    await look(store, one, many)
    await look(store, two, many[:2], [supply("pkg:npm/x"), supply("pkg:npm/y")])
    await look(store, three, many)
    await look(store, three, many[:2], commit="b" * 40, after=1)
    async with store.read() as connection:
        assert await full_of(connection, [one, two, three], 3, 3) == {one}
        assert await full_of(connection, [one, two, three], 4, 2) == {two}
        assert await full_of(connection, [two, three], 3, 9) == set()
