"""Completion: names that begin so come first, then those that hold it."""

import pytest
from tests.judge.builders import ci
from tests.operations.hosted import failed, repository, room_of, run
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
        assert await complete(room, "ci_run", "", {}) == [], "no host tells of any"
        assert await complete(room, "repository", "\x1b[31m", {}) == []


async def test_runs_that_fail_are_worth_asking_about(yard: Yard) -> None:
    fleet = (
        repository("acme/api", ci=ci("passing", run(3))),
        repository("acme/web", ci=ci("failing", failed(20))),
        repository("acme/jobs", ci=ci("none")),
    )
    async with room_of(yard, *fleet) as room:
        assert await complete(room, "ci_run", "ci_2", {}) == ["ci_20"]
        assert await complete(room, "ci_run", "", {}) == ["ci_20"]
