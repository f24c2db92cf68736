"""Completion: names that begin so come first, then those that hold it."""

import pytest
from tests.operations.rooms import Yard, look_over, opened

from opsroom.operations.completion import complete

pytestmark = pytest.mark.anyio


async def test_names_owners_and_whiles(yard: Yard) -> None:
    yard.clone("one", "https://gitlab.com/acme/deep/api.git")
    yard.clone("two", "https://github.com/other/web.git")
    yard.clone("x/same")
    yard.clone("y/same")
    async with opened(yard.settings()) as room:
        await look_over(room)
        assert await complete(room, "repository", "API", {}) == ["acme/deep/api"]
        assert await complete(room, "repository", "local", {}) == ["local/same@x", "local/same@y"]
        assert await complete(room, "owner", "", {}) == ["acme%2Fdeep", "local", "other"]
        assert await complete(room, "name", "", {"owner": "acme%2Fdeep"}) == ["api"]
        assert await complete(room, "name", "s", {"owner": "local"}) == ["same@x", "same@y"]
        assert await complete(room, "name", "", {"owner": "nobody"}) == []
        (cursor,) = await complete(room, "cursor", "", {})
        assert cursor == await room.cursor()
        assert await complete(room, "since", "24h", {}) == ["24h"]
        assert await complete(room, "where", "", {}) == []
        assert await complete(room, "repository", "\x1b[31m", {}) == []
