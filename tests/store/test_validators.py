import pytest
from tests.store.samples import MINUTE, NOW

from opsroom.store.database import Store
from opsroom.store.validators import load_validator, prune_validators, save_validator

pytestmark = pytest.mark.anyio


async def test_an_etag_belongs_to_one_credential(store: Store) -> None:
    async with store.write() as connection:
        await save_validator(connection, "c1", "/orgs/acme", '"1"', "[]", NOW)
        await save_validator(connection, "c1", "/orgs/acme", '"2"', "[2]", NOW)
        assert await load_validator(connection, "c1", "/orgs/acme") == ('"2"', "[2]")
        assert await load_validator(connection, "c2", "/orgs/acme") is None


async def test_only_so_many_stay(store: Store) -> None:
    async with store.write() as connection:
        for number in range(5):
            await save_validator(connection, "c", f"/{number}", "e", "", NOW + number * MINUTE)
        assert await prune_validators(connection, 5) == 0
        assert await prune_validators(connection, 2) == 3
        kept = [await load_validator(connection, "c", f"/{number}") for number in range(5)]
        assert [found is not None for found in kept] == [False, False, False, True, True]
        assert await prune_validators(connection, 0) == 2


async def test_only_so_much_stays(store: Store) -> None:
    """A list of runs is a megabyte: it is not their number alone that fills a disk."""
    async with store.write() as connection:
        for number in range(5):
            body = "x" * 100
            await save_validator(connection, "c", f"/{number}", "e", body, NOW + number * MINUTE)
        assert await prune_validators(connection, 5, 500) == 0
        assert await prune_validators(connection, 5, 250) == 3
        kept = [await load_validator(connection, "c", f"/{number}") for number in range(5)]
        assert [found is not None for found in kept] == [False, False, False, True, True]
