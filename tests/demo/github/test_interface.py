"""Every route of the double answers as GitHub's published interface says, and every webhook."""

import json
from typing import Any

import httpx2
import pytest
from tests.demo.github.calls import Asked, Stage, calls
from tests.hub import SmallHub
from tests.interfaces.cut import words
from tests.interfaces.validation import operation_of, wrong_delivery

from opsroom.demo.github.acts.repositories import set_visibility
from opsroom.demo.github.enterprise import lacks
from opsroom.demo.github.rest import ENDPOINTS
from opsroom.demo.github.state.hooks import Hook

pytestmark = pytest.mark.anyio

OURS = "/_logs/"
"""Where a log is fetched from is nowhere in the interface: GitHub sends one to its storage."""

NAMES = {"comments": "comment", "hooks": "id", "rulesets": "id"}
"""What a call names by which id of what was made before it."""


class Walker:
    """Makes calls, and learns the names that later calls need from what is answered."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.names: dict[str, Any] = {"repository": stage.api.id}
        self.tokens = {
            **stage.tokens,
            "stranger": stage.hub.give_token("ghp_s", stage.hub.stranger, frozenset({"repo"})),
        }

    async def call(self, client: httpx2.AsyncClient, asked: Asked) -> httpx2.Response:
        headers = {"authorization": f"Bearer {self.tokens[asked.who]}"}
        path = asked.path.format(**self.names)
        answer = await client.request(asked.method, path, json=asked.body, headers=headers)
        if answer.headers.get("content-type", "").startswith("application/json"):
            self.learn(asked, answer.json())
        return answer

    def learn(self, asked: Asked, body: Any) -> None:
        if isinstance(body, list):
            if asked.path.endswith("/deliveries") and body:
                self.names["delivery"] = body[0]["id"]
            return
        if asked.method == "POST":
            made = asked.path.rpartition("/")[2]
            self.names |= {NAMES[made]: body["id"]} if made in NAMES else {}
            self.names |= {"ghsa_id": body["ghsa_id"]} if "ghsa_id" in body else {}
            self.tokens |= {"installation": body["token"]} if "token" in body else {}


async def walked(hub: SmallHub) -> tuple[Walker, list[str]]:
    """Make every call, and return what was refused."""
    refused: list[str] = []
    walker = Walker(Stage(hub))
    async with hub.client(None) as client:
        for asked in calls(walker.stage):
            answer = await walker.call(client, asked)
            if answer.status_code >= 400:
                refused.append(f"{answer.status_code} {asked.method} {asked.path}")
    return walker, refused


async def test_every_route_answers_as_it_is_published(hub: SmallHub) -> None:
    _, refused = await walked(hub)

    assert refused == ["404 GET /repos/acme/api/none", "404 GET /repos/acme/api/pulls/999"]
    assert hub.answers.seen == set(words("operations.txt"))


def test_every_route_is_of_an_operation_that_is_published() -> None:
    unknown = [
        f"{each.method} {each.pattern}"
        for each in ENDPOINTS
        if not each.pattern.startswith(OURS)
        and operation_of(each.method, each.pattern.replace("{repository_id}", "1")) is None
    ]

    assert unknown == []


async def test_an_enterprise_server_lacks_what_its_description_lacks(hub: SmallHub) -> None:
    lacking = [each for each in ENDPOINTS if lacks(each)]
    assert len(lacking) == len(words("../../src/opsroom/demo/github/enterprise_lacks.txt"))

    async with hub.client() as client:
        for prefix, status in (("", 200), ("/api/v3", 404)):
            got = await client.get(f"{prefix}/repos/acme/api/security-advisories")
            assert got.status_code == status
        assert (await client.get("/api/v3/repos/acme/api")).status_code == 200


async def test_every_webhook_is_as_it_is_published(hub: SmallHub) -> None:
    now = hub.world.now()
    hook = Hook(1, "http://listener.test/", ("*",), now, now)
    hub.world.hooks["acme"] = {hook.id: hook}

    walker, _ = await walked(hub)
    set_visibility(hub.world, hub.repository("acme/web"), "private")
    set_visibility(hub.world, hub.repository("acme/web"), "public")

    robot = walker.stage.app.hook
    assert robot is not None
    hooks = [*hub.world.hooks["acme"].values(), *walker.stage.api.hooks.values(), robot]
    sent = [each for hook in hooks for each in hook.deliveries]
    wrong = {wrong_delivery(each.event, json.loads(each.payload)) for each in sent} - {""}
    assert not wrong, "\n".join(sorted(wrong))
    assert {each.event for each in sent} == set(words("events.txt"))
