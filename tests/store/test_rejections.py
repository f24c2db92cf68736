import pytest
from tests.store.samples import MINUTE, NOW

from opsroom.model.rejection import Rejection
from opsroom.store.database import Store
from opsroom.store.rejections import load_rejection, save_rejection, take_back

pytestmark = pytest.mark.anyio

HOST, API, KEY = "github.com", "R_api", "6f" * 16


def no(number: int = 7, **changes: object) -> Rejection:
    """Kim closed the pull request of this number, each a minute after the one before."""
    given = Rejection(
        host=HOST,
        repository=API,
        key=KEY,
        number=number,
        url=f"https://github.com/acme/api/pull/{number}",
        by="kim",
        at=NOW + number * MINUTE,
    )
    return given.model_copy(update=changes)


async def test_the_newest_no_is_remembered_as_it_was(store: Store) -> None:
    async with store.write() as connection:
        assert await load_rejection(connection, HOST, API, KEY) is None
        for number in (7, 9, 8):
            assert await save_rejection(connection, no(number))
            assert await save_rejection(connection, no(number))
        assert await load_rejection(connection, HOST, API, KEY) == no(9)


@pytest.mark.parametrize("other", [{"host": "git.home"}, {"repository": "R_web"}, {"key": "00"}])
async def test_a_no_is_about_one_thing_in_one_repository(
    store: Store, other: dict[str, str]
) -> None:
    elsewhere = no().model_copy(update=other)
    async with store.write() as connection:
        await save_rejection(connection, no())
        await save_rejection(connection, elsewhere)
        await take_back(connection, elsewhere)
        found = await load_rejection(connection, HOST, API, KEY)
        there = (elsewhere.host, elsewhere.repository, elsewhere.key)
        assert await load_rejection(connection, *there) is None
    assert found == no()


async def test_a_no_that_was_taken_back_stays_so_however_often_it_is_found(store: Store) -> None:
    async with store.write() as connection:
        await save_rejection(connection, no(7))
        await save_rejection(connection, no(8))
        await take_back(connection, no(8))
        for number in (8, 7):
            assert not await save_rejection(connection, no(number))
        assert await load_rejection(connection, HOST, API, KEY) is None


async def test_what_is_closed_later_is_a_new_no(store: Store) -> None:
    later = no(9)
    again = no(7, by="lee", at=later.at + MINUTE)
    async with store.write() as connection:
        await save_rejection(connection, no(7))
        await take_back(connection, no(7))
        assert await save_rejection(connection, later)
        assert not await save_rejection(connection, no(7))
        assert await load_rejection(connection, HOST, API, KEY) == later
        assert await save_rejection(connection, again)
        assert await load_rejection(connection, HOST, API, KEY) == again


async def test_an_older_word_on_the_same_changes_nothing(store: Store) -> None:
    async with store.write() as connection:
        await save_rejection(connection, no(7))
        assert await save_rejection(connection, no(7, by="lee", at=NOW))
        assert await load_rejection(connection, HOST, API, KEY) == no(7)
