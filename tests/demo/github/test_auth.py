"""Who may see and do what: tokens of every kind, and Apps."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.hub import SCOPES, Clock, SmallHub

from opsroom.demo.github.acts.apps import create_app, install
from opsroom.demo.github.state.apps import HostApp, Installation
from opsroom.demo.github.urls import Json

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def hub(tmp_path: Path, clock: Clock) -> SmallHub:
    return SmallHub(tmp_path, clock=clock)


async def test_no_token_sees_what_is_public(hub: SmallHub) -> None:
    async with hub.client(None) as github:
        assert (await github.get("/repos/acme/api")).status_code == 200
        assert (await github.get("/repos/kim/notes")).status_code == 404
        assert (await github.get("/user")).status_code == 401
        refused = await github.post("/repos/acme/api/issues", json={"title": "x"})
        assert refused.status_code == 401
        assert (await github.get("/repos/acme/api")).headers["x-ratelimit-limit"] == "60"


async def test_wrong_and_expired_tokens(hub: SmallHub, clock: Clock) -> None:
    hub.give_token("ghp_old", hub.kim, SCOPES, expires_at=NOW + timedelta(days=1))
    async with hub.client("ghp_wrong") as github:
        answer = await github.get("/user")
        assert (answer.status_code, answer.json()["message"]) == (401, "Bad credentials")
    async with hub.client("ghp_old") as github:
        answer = await github.get("/user")
        until = answer.headers["github-authentication-token-expiration"]
        assert until == "2026-11-25 12:00:00 UTC"
        clock.at = NOW + timedelta(days=2)
        assert (await github.get("/user")).status_code == 401


async def test_scopes_of_a_classic_token(hub: SmallHub) -> None:
    hub.give_token("ghp_public", hub.kim, frozenset({"public_repo"}))
    async with hub.client("ghp_public") as github:
        answer = await github.get("/repos/kim/notes")
        assert answer.status_code == 404
        assert answer.headers["x-oauth-scopes"] == "public_repo"
        seen = await github.get("/user/repos")
        assert "kim/notes" not in {each["full_name"] for each in seen.json()}
        made = await github.post("/repos/kim/dotfiles/issues", json={"title": "x"})
        assert made.status_code == 201
        assert (await github.get("/repos/acme/api/dependabot/alerts")).status_code == 403
        assert (await github.get("/orgs/acme/dependabot/alerts")).status_code == 403


async def test_what_a_stranger_may(hub: SmallHub) -> None:
    hub.give_token("ghp_other", hub.stranger, SCOPES)
    async with hub.client("ghp_other") as github:
        refused = [
            await github.get("/repos/kim/notes"),
            await github.get("/repos/acme/api/dependabot/alerts"),
            await github.get("/repos/acme/api/branches/main/protection"),
            await github.post("/repos/acme/api/git/refs", json={"ref": "refs/heads/x"}),
            await github.get("/orgs/acme/hooks"),
        ]
        assert [each.status_code for each in refused] == [404, 403, 403, 403, 403]


async def test_a_fine_grained_token_reaches_what_was_chosen(hub: SmallHub) -> None:
    notes = hub.repository("kim/notes")
    given = frozenset({notes.id})
    hub.give_fine_grained("github_pat_1", hub.kim, hub.kim, {"contents": "read"}, given)
    async with hub.client("github_pat_1") as github:
        assert (await github.get("/repos/kim/notes/contents/notes.md")).status_code == 200
        assert "x-oauth-scopes" not in (await github.get("/user")).headers
        answers = [
            await github.get("/repos/kim/notes/issues"),
            await github.get("/repos/kim/notes/dependabot/alerts"),
            await github.put("/repos/kim/notes/contents/x", json={"message": "m", "content": ""}),
        ]
        said = "Resource not accessible by personal access token"
        assert [(each.status_code, each.json()["message"]) for each in answers] == [(403, said)] * 3
    hub.give_fine_grained("github_pat_2", hub.kim, hub.acme, {"contents": "write"})
    async with hub.client("github_pat_2") as github:
        assert (await github.get("/repos/kim/notes")).status_code == 404


async def test_single_sign_on(hub: SmallHub) -> None:
    hub.acme.single_sign_on = True
    async with hub.client() as github:
        refused = await github.get("/repos/acme/api")
        assert refused.status_code == 403
        assert refused.headers["x-github-sso"].startswith("required; url=http://github.test/orgs")
        listed = await github.get("/user/repos")
        assert {each["owner"]["login"] for each in listed.json()} == {"kim"}
        assert listed.headers["x-github-sso"] == f"partial-results; organizations={hub.acme.id}"
        hub.world.tokens[hub.token].authorized.add("acme")
        assert (await github.get("/repos/acme/api")).status_code == 200


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _signed(app: HostApp | str, begun: datetime = NOW, more: Json | None = None) -> str:
    issuer = app if isinstance(app, str) else str(app.id)
    claims = {"iss": issuer, "iat": int(begun.timestamp()) - 10,
              "exp": int(begun.timestamp()) + 500, **(more or {})}  # fmt: skip
    return jwt.encode(claims, _key(), algorithm="RS256")


@pytest.fixture
def app(hub: SmallHub) -> HostApp:
    public = (
        _key()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return create_app(
        hub.world,
        "opsroom",
        hub.kim,
        public.decode(),
        permissions={"contents": "read", "metadata": "read", "vulnerability_alerts": "read"},
        events=("push",),
    )


@pytest.fixture
def installed(hub: SmallHub, app: HostApp) -> Installation:
    return install(hub.world, app, hub.acme)


async def test_an_app_signs_for_itself(
    hub: SmallHub, app: HostApp, installed: Installation
) -> None:
    async with hub.client(_signed(app)) as github:
        assert (await github.get("/app")).json()["slug"] == "opsroom"
        listed = (await github.get("/app/installations")).json()
        assert [each["id"] for each in listed] == [installed.id]
        found = await github.get("/orgs/acme/installation")
        assert found.json()["target_type"] == "Organization"
    async with hub.client(_signed(app.client_id)) as github:
        assert (await github.get("/app")).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(NOW.timestamp()) - 1},
        {"exp": int(NOW.timestamp()) + 3600},
        {"iat": int(NOW.timestamp()) + 300},
        {"iss": "nobody"},
    ],
)
async def test_a_wrong_jwt(hub: SmallHub, app: HostApp, claims: Json) -> None:
    async with hub.client(_signed(app, more=claims)) as github:
        assert (await github.get("/app")).status_code == 401


async def test_a_jwt_of_another_key(hub: SmallHub, app: HostApp) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    claims = {"iss": str(app.id), "iat": int(NOW.timestamp()), "exp": int(NOW.timestamp()) + 60}
    async with hub.client(jwt.encode(claims, other, algorithm="RS256")) as github:
        assert (await github.get("/app")).status_code == 401


async def test_installation_tokens_expire(
    hub: SmallHub, app: HostApp, installed: Installation, clock: Clock
) -> None:
    path = f"/app/installations/{installed.id}/access_tokens"
    async with hub.client(_signed(app)) as github:
        given = await github.post(path, json={})
        assert given.status_code == 201
        token = given.json()["token"]
        assert given.json()["expires_at"] == "2026-11-24T13:00:00Z"
        more = await github.post(path, json={"permissions": {"contents": "write"}})
        assert more.status_code == 422
    async with hub.client(token) as github:
        reached = (await github.get("/installation/repositories")).json()
        assert reached["total_count"] == 3
        assert (await github.get("/orgs/acme/dependabot/alerts")).status_code == 200
        assert (await github.get("/user")).status_code == 403
        refused = await github.get("/repos/acme/api/secret-scanning/alerts")
        assert refused.json()["message"] == "Resource not accessible by integration"
        clock.at = NOW + timedelta(hours=1)
        assert (await github.get("/installation/repositories")).status_code == 401
    async with hub.client(_signed(app, clock.at)) as github:
        again = (await github.post(path, json={})).json()["token"]
        assert again != token


async def test_an_installation_token_for_one_repository(
    hub: SmallHub, app: HostApp, installed: Installation
) -> None:
    private = hub.create("acme/vault", {"x": "1"}, private=True)
    path = f"/app/installations/{installed.id}/access_tokens"
    async with hub.client(_signed(app)) as github:
        given = (await github.post(path, json={"repositories": ["api"]})).json()
    assert given["repository_selection"] == "selected"
    async with hub.client(given["token"]) as github:
        assert (await github.get("/installation/repositories")).json()["total_count"] == 1
        assert (await github.get(f"/repos/{private.full_name}")).status_code == 404
