import pytest
from tests.store.samples import NOW, fleet

from opsroom.model.vex import Statement, VexStatus
from opsroom.store.database import Store
from opsroom.store.snapshots import save_snapshots
from opsroom.store.statements import load_statements, save_statements

pytestmark = pytest.mark.anyio


def statement(name: str, **more: object) -> Statement:
    return Statement.model_validate({"advisory": (name,), "status": VexStatus.FIXED, **more})


async def test_a_file_says_what_it_said_last_of_each_repository(store: Store) -> None:
    first = statement("CVE-1", packages=("pkg:npm/a@1",), justification="j", why="w\x1b", at=NOW)
    second, other = statement("CVE-2"), statement("CVE-3")
    async with store.write() as connection:
        one, two = (await save_snapshots(connection, fleet(2), 1, NOW)).values()
        await save_statements(connection, one, "a.json", [first, second])
        await save_statements(connection, one, "b.json", [other])
        await save_statements(connection, two, "a.json", [other])
    async with store.read() as connection:
        assert await load_statements(connection, [one]) == {
            one: [("a.json", first), ("a.json", second), ("b.json", other)]
        }
    async with store.write() as connection:
        await save_statements(connection, one, "a.json", [second])
        await save_statements(connection, one, "b.json", [])
    async with store.read() as connection:
        assert await load_statements(connection, [one, two]) == {
            one: [("a.json", second)],
            two: [("a.json", other)],
        }
