"""What may be asked, and how the double says that it was too much."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.hub import SCOPES, Clock, SmallHub

from opsroom.demo.github.acts.repositories import edit_repository
from opsroom.demo.github.limits import Rules

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


async def test_the_hour_is_spent_and_comes_again(tmp_path: Path, clock: Clock) -> None:
    hub = SmallHub(tmp_path, rules=Rules(core=3), clock=clock)
    hub.give_token("ghp_second", hub.kim, SCOPES)
    async with hub.client() as github, hub.client("ghp_second") as other:
        left = [(await github.get("/user")).headers["x-ratelimit-remaining"] for _ in range(3)]
        assert left == ["2", "1", "0"]
        refused = await other.get("/user")
        assert refused.status_code == 403
        assert refused.headers["x-ratelimit-remaining"] == "0"
        assert int(refused.headers["x-ratelimit-reset"]) == (NOW + timedelta(hours=1)).timestamp()
        assert (await github.get("/rate_limit")).json()["rate"]["remaining"] == 0
        graph = await github.post("/graphql", json={"query": "{viewer{login}}"})
        assert graph.headers["x-ratelimit-resource"] == "graphql"
        clock.at = NOW + timedelta(hours=1)
        assert (await github.get("/user")).status_code == 200


async def test_not_modified_is_free_and_belongs_to_one_token(hub: SmallHub) -> None:
    hub.give_token("ghp_second", hub.kim, SCOPES)
    async with hub.client() as github, hub.client("ghp_second") as other:
        first = await github.get("/repos/acme/api")
        known = {"if-none-match": first.headers["etag"]}
        again = await github.get("/repos/acme/api", headers=known)
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["x-ratelimit-used"] == first.headers["x-ratelimit-used"]
        assert (await other.get("/repos/acme/api", headers=known)).status_code == 200
        edit_repository(hub.world, hub.repository("acme/api"), description="Other")
        assert (await github.get("/repos/acme/api", headers=known)).status_code == 200
        weak = {"if-none-match": first.headers["etag"].removeprefix("W/")}
        assert (await github.get("/repos/acme/api", headers=weak)).status_code == 200
    assert hub.world.stats.rest_304 == 1


@pytest.mark.parametrize(
    ("status", "retry_after"), [(403, True), (403, False), (429, True), (429, False)]
)
async def test_too_much_in_a_minute(
    tmp_path: Path, clock: Clock, status: int, retry_after: bool
) -> None:
    rules = Rules(points_a_minute=10, status=429 if status == 429 else 403, retry_after=retry_after)
    hub = SmallHub(tmp_path, rules=rules, clock=clock)
    async with hub.client() as github:
        await github.post("/repos/acme/api/issues", json={"title": "x"})
        for _ in range(5):
            assert (await github.get("/user")).status_code == 200
        refused = await github.get("/user")
        assert refused.status_code == status
        assert "secondary rate limit" in refused.json()["message"]
        assert ("retry-after" in refused.headers) == retry_after
        clock.at = NOW + timedelta(seconds=61)
        assert (await github.get("/user")).status_code == 200


async def test_content_is_created_slowly(tmp_path: Path, clock: Clock) -> None:
    hub = SmallHub(tmp_path, rules=Rules(writes_a_minute=2, writes_an_hour=3), clock=clock)
    async with hub.client() as github:

        async def write() -> int:
            made = await github.post("/repos/acme/api/issues", json={"title": "x"})
            return made.status_code

        assert [await write() for _ in range(3)] == [201, 201, 403]
        clock.at = NOW + timedelta(minutes=2)
        assert [await write() for _ in range(2)] == [201, 403]
        assert (await github.get("/user")).status_code == 200
        clock.at = NOW + timedelta(minutes=70)
        assert await write() == 201
    assert len(hub.repository("acme/api").issues) == 4


async def test_an_enterprise_server_has_no_limits(tmp_path: Path) -> None:
    hub = SmallHub(tmp_path, rules=Rules(core=0))
    async with hub.client(enterprise=True) as github:
        answer = await github.get("/repos/acme/api")
        assert answer.status_code == 200
        assert "x-ratelimit-limit" not in answer.headers
        assert (await github.get("/rate_limit")).status_code == 404
        assert (await github.get("/meta")).json()["installed_version"]
        assert answer.json()["url"] == "http://github.test/api/v3/repos/acme/api"
        assert answer.json()["clone_url"] == "http://github.test/acme/api.git"


async def test_the_clock_may_be_wrong(hub: SmallHub) -> None:
    hub.hub.manners.skew = timedelta(minutes=-7)
    async with hub.client() as github:
        said = (await github.get("/user")).headers["date"]
    at = datetime.strptime(said, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    assert timedelta(minutes=6) < datetime.now(UTC) - at < timedelta(minutes=8)
