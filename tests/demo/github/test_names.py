"""A repository is found by whatever name it has or had, until it is deleted."""

import pytest
from tests.hub import SmallHub

from opsroom.demo.github.acts.protection import save_ruleset
from opsroom.demo.github.acts.repositories import (
    create_repository,
    delete_repository,
    rename,
    set_visibility,
)

pytestmark = pytest.mark.anyio


async def test_a_renamed_one_leads_on(hub: SmallHub) -> None:
    api = hub.repository("acme/api")
    rename(hub.world, api, "Interface")
    async with hub.client() as github:
        moved = await github.get("/repos/acme/api/branches?per_page=1")
        assert moved.status_code == 301
        where = moved.headers["location"]
        assert where == f"http://github.test/repositories/{api.id}/branches?per_page=1"
        assert (await github.get(where)).json()[0]["name"] == "main"
        assert (await github.get("/repos/ACME/interface")).json()["full_name"] == "acme/Interface"
        wrote = await github.post("/repos/acme/api/issues", json={"title": "x"})
        assert wrote.status_code == 307
        again = await github.post(wrote.headers["location"], json={"title": "x"})
        assert again.status_code == 201


async def test_its_rulesets_move_with_it(hub: SmallHub) -> None:
    api = hub.repository("acme/api")
    one = save_ruleset(hub.world, api, None, name="Ours")
    rename(hub.world, api, "interface")
    async with hub.client() as github:
        shown = (await github.get(f"/repos/acme/interface/rulesets/{one.id}")).json()
        assert shown["source"] == "acme/interface"
        assert (await github.get(shown["_links"]["self"]["href"])).status_code == 200


async def test_a_head_has_no_body(hub: SmallHub) -> None:
    async with hub.client() as github:
        answer = await github.head("/repos/acme/api")
        assert (answer.status_code, answer.content) == (200, b"")
        assert (await github.head("/repos/acme/none")).status_code == 404


async def test_a_new_one_takes_the_former_name(hub: SmallHub) -> None:
    old = hub.repository("acme/api")
    rename(hub.world, old, "old")
    new = create_repository(hub.world, hub.acme, "api")
    async with hub.client() as github:
        assert (await github.get("/repos/acme/api")).json()["id"] == new.id
        assert (await github.get(f"/repositories/{old.id}")).json()["name"] == "old"


async def test_a_transferred_one(hub: SmallHub) -> None:
    web = hub.repository("acme/web")
    async with hub.client() as github:
        sent = await github.post("/repos/acme/web/transfer", json={"new_owner": "kim"})
        assert sent.status_code == 202
        assert (await github.get("/repos/acme/web", follow_redirects=True)).json()[
            "full_name"
        ] == "kim/web"
        assert "web" not in {each["name"] for each in (await github.get("/orgs/acme/repos")).json()}
    assert web.node_id == hub.repository("kim/web").node_id


async def test_names_can_be_taken(hub: SmallHub) -> None:
    async with hub.client() as github:
        refused = await github.patch("/repos/acme/api", json={"name": "WEB"})
        assert refused.status_code == 422
        made = await github.post("/orgs/acme/repos", json={"name": "Api"})
        assert made.json()["errors"][0]["message"] == "name already exists on this account"
        cased = await github.patch("/repos/acme/api", json={"name": "API"})
        assert cased.json()["full_name"] == "acme/API"


async def test_a_deleted_one_is_gone(hub: SmallHub) -> None:
    api = hub.repository("acme/api")
    rename(hub.world, api, "api2")
    delete_repository(hub.world, api)
    async with hub.client() as github:
        for path in ("/repos/acme/api", "/repos/acme/api2", f"/repositories/{api.id}"):
            assert (await github.get(path)).status_code == 404


async def test_a_hidden_one_is_gone_for_others(hub: SmallHub) -> None:
    set_visibility(hub.world, hub.repository("acme/api"), "private")
    hub.give_token("ghp_other", hub.stranger, frozenset({"repo"}))
    async with hub.client("ghp_other") as other, hub.client() as github:
        assert (await other.get("/repos/acme/api")).status_code == 404
        assert (await github.get("/repos/acme/api")).json()["visibility"] == "private"


async def test_an_archived_one_is_read_only(hub: SmallHub) -> None:
    async with hub.client() as github:
        await github.patch("/repos/acme/api", json={"archived": True})
        refused = await github.post("/repos/acme/api/issues", json={"title": "x"})
        assert refused.json()["message"] == "Repository was archived so is read-only."
        assert (await github.get("/repos/acme/api")).json()["archived"] is True
        await github.patch("/repos/acme/api", json={"archived": False})
        assert (await github.post("/repos/acme/api/issues", json={"title": "x"})).is_success


async def test_an_empty_one(hub: SmallHub) -> None:
    async with hub.client() as github:
        assert (await github.get("/repos/acme/empty")).json()["size"] == 0
        assert (await github.get("/repos/acme/empty/branches")).json() == []
        assert (await github.get("/repos/acme/empty/commits")).status_code == 409
        assert (await github.get("/repos/acme/empty/contents/x")).status_code == 404
        assert (await github.get("/repos/acme/empty/git/trees/main")).status_code == 409
        content = {"message": "Begin", "content": "eA=="}
        made = await github.put("/repos/acme/empty/contents/deep/x", json=content)
        assert made.status_code == 201
        assert (await github.get("/repos/acme/empty/commits")).json()[0]["parents"] == []
