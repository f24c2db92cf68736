import pytest
from tests.store.samples import MINUTE, NOW

from opsroom.store.database import Store
from opsroom.store.sources import Source, want, wanted
from opsroom.store.surveys import Survey, load_surveys, save_surveys

pytestmark = pytest.mark.anyio

CODE = Source(key="directory:/code", kind="directory", path="/code", labels=("laptop",))
WORK = Source(key="directory:/work", kind="directory", path="/work", environment="prod")


async def ask(store: Store, *sources: Source, minutes: int) -> None:
    async with store.write() as connection:
        await want(connection, sources, NOW + minutes * MINUTE)


async def test_what_anybody_wants_is_wanted_until_the_last_of_them_is_gone(store: Store) -> None:
    await ask(store, WORK, CODE, minutes=3)
    await ask(store, CODE, minutes=10)
    await ask(store, CODE, minutes=5)
    async with store.read() as connection:
        assert await wanted(connection, NOW) == [CODE, WORK]
        assert await wanted(connection, NOW + 3 * MINUTE) == [CODE]
        assert await wanted(connection, NOW + 9 * MINUTE) == [CODE]
        assert await wanted(connection, NOW + 10 * MINUTE) == []


async def test_the_newest_survey_of_each_source_is_kept(store: Store) -> None:
    first = Survey(source=CODE.key, problems=(("/code/x", "permission denied"),))
    second = Survey(source=CODE.key, at=NOW)
    other = Survey(source=WORK.key, at=NOW - MINUTE)
    async with store.write() as connection:
        await save_surveys(connection, [first, other])
        assert (await load_surveys(connection))[CODE.key] == first
        await save_surveys(connection, [second])
    async with store.read() as connection:
        assert await load_surveys(connection) == {CODE.key: second, WORK.key: other}
