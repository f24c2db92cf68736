"""Protection and rulesets: what REST says of them, and what they keep from happening."""

from typing import Any

import httpx2
import pytest
from tests.hub import SmallHub

pytestmark = pytest.mark.anyio

AT = "/repos/acme/api/branches/main/protection"
EVERYTHING: dict[str, Any] = {
    "required_status_checks": {"strict": True, "checks": [{"context": "test", "app_id": 15368}]},
    "enforce_admins": True,
    "required_pull_request_reviews": {"required_approving_review_count": 2},
    "restrictions": None,
    "allow_deletions": False,
}
RULESET: dict[str, Any] = {
    "name": "No force",
    "target": "branch",
    "enforcement": "active",
    "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
    "rules": [{"type": "non_fast_forward"}, {"type": "deletion"}],
}


async def _child(github: httpx2.AsyncClient, parent: str, message: str) -> str:
    """A commit over another, with the same tree; no ref points at it."""
    tree = (await github.get(f"/repos/acme/api/git/commits/{parent}")).json()["tree"]["sha"]
    body = {"message": message, "tree": tree, "parents": [parent]}
    made = await github.post("/repos/acme/api/git/commits", json=body)
    sha: str = made.json()["sha"]
    return sha


async def test_a_put_replaces_everything(hub: SmallHub) -> None:
    async with hub.client() as github:
        assert (await github.get(AT)).json()["message"] == "Branch not protected"
        assert (await github.put(AT, json={"enforce_admins": True})).status_code == 422
        made = (await github.put(AT, json=EVERYTHING)).json()
        assert made["required_status_checks"]["checks"] == [{"context": "test", "app_id": 15368}]
        branch = (await github.get("/repos/acme/api/branches/main")).json()
        assert branch["protected"] is True
        assert branch["protection"]["required_status_checks"]["contexts"] == ["test"]
        bare = dict.fromkeys(EVERYTHING, None)
        after = (await github.put(AT, json=bare)).json()
        assert "required_status_checks" not in after
        assert after["enforce_admins"]["enabled"] is False
        assert (await github.delete(AT)).status_code == 204
        assert (await github.get("/repos/acme/api/branches/main")).json()["protected"] is False
        assert (await github.get(AT.replace("main", "no/such"))).status_code == 404


async def test_protected_refs_stay(hub: SmallHub) -> None:
    async with hub.client() as github:
        ref = "/repos/acme/api/git/refs/heads/main"
        old = (await github.get("/repos/acme/api/git/ref/heads/main")).json()["object"]["sha"]
        new = await _child(github, old, "New")
        assert (await github.patch(ref, json={"sha": new})).status_code == 200
        assert (await github.patch(ref, json={"sha": old})).status_code == 422
        await github.put(AT, json=dict.fromkeys(EVERYTHING, None))
        forced = await github.patch(ref, json={"sha": old, "force": True})
        assert forced.json()["message"] == "Cannot force-push to this protected branch"
        await github.put(AT, json=EVERYTHING)
        next_ = await _child(github, new, "Next")
        assert (await github.patch(ref, json={"sha": next_})).status_code == 409
        content = {"message": "x", "content": "eA=="}
        wrote = await github.put("/repos/acme/api/contents/x", json=content)
        assert wrote.json()["message"] == "Changes must be made through a pull request."
        assert (await github.delete(ref)).status_code == 422


async def test_rulesets_of_a_repository(hub: SmallHub) -> None:
    async with hub.client() as github:
        made = await github.post("/repos/acme/api/rulesets", json=RULESET)
        assert made.status_code == 201
        at = f"/repos/acme/api/rulesets/{made.json()['id']}"
        assert (await github.get(at)).json()["rules"] == RULESET["rules"]
        listed = (await github.get("/repos/acme/api/rulesets")).json()
        assert "rules" not in listed[0]
        active = (await github.get("/repos/acme/api/rules/branches/main")).json()
        assert [each["type"] for each in active] == ["non_fast_forward", "deletion"]
        assert active[0]["ruleset_source"] == "acme/api"
        changed = await github.put(at, json={"enforcement": "disabled"})
        assert changed.json()["rules"] == RULESET["rules"]
        assert (await github.get("/repos/acme/api/rules/branches/main")).json() == []
        wrong = {**RULESET, "enforcement": "sometimes"}
        assert (await github.post("/repos/acme/api/rulesets", json=wrong)).status_code == 422
        assert (await github.delete(at)).status_code == 204
        assert (await github.get(at)).status_code == 404


async def test_rulesets_of_an_organisation_hold_below(hub: SmallHub) -> None:
    named = {"repository_name": {"include": ["a*"], "exclude": []}}
    body = {**RULESET, "conditions": {**RULESET["conditions"], **named}}
    async with hub.client() as github:
        made = (await github.post("/orgs/acme/rulesets", json=body)).json()
        assert made["source_type"] == "Organization"
        assert len((await github.get("/repos/acme/api/rulesets")).json()) == 1
        own = await github.get("/repos/acme/api/rulesets?includes_parents=false")
        assert own.json() == []
        assert len((await github.get("/repos/acme/api/rules/branches/main")).json()) == 2
        assert (await github.get("/repos/acme/web/rules/branches/main")).json() == []
        assert (await github.get("/repos/acme/api/rules/branches/topic")).json() == []
    async with hub.client(hub.give_token("ghp_o", hub.stranger, frozenset({"repo"}))) as other:
        assert (await other.get("/orgs/acme/rulesets")).status_code == 403
