"""Webhooks as a receiver sees them: signed, in whatever order, sometimes not at all."""

import hashlib
import hmac
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.to_thread
import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tests.hub import SmallHub

from opsroom.demo.github.acts.apps import create_app, install
from opsroom.demo.github.acts.issues import open_issue
from opsroom.demo.github.acts.pushes import commit_files
from opsroom.demo.github.acts.repositories import create_repository
from opsroom.demo.github.state.hooks import Hook

pytestmark = pytest.mark.anyio

SECRET = "wrong horse"
URL = "http://receiver.test/webhooks"


class Receiver:
    """Somebody who takes webhooks, and keeps headers and raw bodies."""

    def __init__(self) -> None:
        self.taken: list[tuple[dict[str, str], bytes]] = []
        self.status = 202
        self.busy = anyio.Event()

    async def take(self, request: Request) -> Response:
        """Keep one delivery."""
        self.taken.append((dict(request.headers), await request.body()))
        return Response(status_code=self.status)

    async def hang(self, _: Request) -> Response:
        """Take a delivery and never answer."""
        self.busy.set()
        await anyio.sleep_forever()
        return Response()

    def client(self) -> httpx2.AsyncClient:
        """What the double sends with."""
        routes = [
            Route("/webhooks", self.take, methods=["POST"]),
            Route("/webhooks/slow", self.hang, methods=["POST"]),
        ]
        app = Starlette(routes=routes)
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(app))

    @property
    def events(self) -> list[str]:
        """The events, in the order in which they arrived."""
        return [headers["x-github-event"] for headers, _ in self.taken]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@asynccontextmanager
async def _delivered(hub: SmallHub, receiver: Receiver) -> AsyncGenerator[None]:
    """Deliver what happens meanwhile before going on."""
    async with receiver.client() as client:
        hub.hub.courier.client = client
        yield
        await hub.hub.courier.flush()


async def _hook(github: httpx2.AsyncClient, path: str, *events: str) -> int:
    config = {"url": URL, "secret": SECRET, "content_type": "json"}
    made = await github.post(path, json={"config": config, "events": list(events)})
    assert made.status_code == 201, made.text
    number: int = made.json()["id"]
    return number


async def test_a_push_is_signed_over_its_raw_bytes(hub: SmallHub, receiver: Receiver) -> None:
    async with hub.client() as github, _delivered(hub, receiver):
        await _hook(github, "/repos/acme/api/hooks", "push")
        api = hub.repository("acme/api")
        before = api.head
        oid = commit_files(hub.world, api, "main", {"README.md": "x", "new": "y"}, "Two", hub.kim)
    assert receiver.events == ["ping", "push"]
    headers, raw = receiver.taken[1]
    mark = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    assert headers["x-hub-signature-256"] == f"sha256={mark}"
    body = json.loads(raw)
    assert (body["before"], body["after"], body["ref"]) == (before, oid, "refs/heads/main")
    assert (body["commits"][0]["added"], body["commits"][0]["modified"]) == (["new"], ["README.md"])
    assert body["repository"]["id"] == api.id
    assert body["organization"]["login"] == "acme"
    assert not body["forced"]


async def test_who_listens_to_what(hub: SmallHub, receiver: Receiver) -> None:
    app = create_app(hub.world, "centre", hub.kim, "", permissions={}, events=("push",),
                     hook_url=URL, secret=SECRET)  # fmt: skip
    one = install(hub.world, app, hub.acme, frozenset({hub.repository("acme/api").id}))
    async with hub.client() as github, _delivered(hub, receiver):
        await _hook(github, "/orgs/acme/hooks", "issues", "repository")
    receiver.taken.clear()
    async with _delivered(hub, receiver):
        open_issue(hub.world, hub.repository("acme/web"), "Org hook", None, hub.kim)
        open_issue(hub.world, hub.repository("kim/notes"), "Nobody", None, hub.kim)
        create_repository(hub.world, hub.acme, "fresh")
        commit_files(hub.world, hub.repository("acme/web"), "main", {"x": "1"}, "No", hub.kim)
        commit_files(hub.world, hub.repository("acme/api"), "main", {"x": "1"}, "App", hub.kim)
    assert sorted(receiver.events) == ["issues", "push", "repository"]
    pushed = next(raw for headers, raw in receiver.taken if headers["x-github-event"] == "push")
    assert json.loads(pushed)["installation"]["id"] == one.id


async def test_lost_ones_are_logged_and_redelivered(hub: SmallHub, receiver: Receiver) -> None:
    async with hub.client() as github:
        async with _delivered(hub, receiver):
            number = await _hook(github, "/repos/acme/api/hooks", "issues")
        hub.hub.faults.set({"webhooks_lost": 1})
        async with _delivered(hub, receiver):
            open_issue(hub.world, hub.repository("acme/api"), "Lost", None, hub.kim)
        assert receiver.events == ["ping"]
        log = f"/repos/acme/api/hooks/{number}/deliveries"
        failed = (await github.get(f"{log}?status=failure")).json()
        assert [each["event"] for each in failed] == ["issues"]
        async with _delivered(hub, receiver):
            asked = await github.post(f"{log}/{failed[0]['id']}/attempts")
            assert asked.status_code == 202
        assert receiver.taken[-1][0]["x-github-delivery"] == failed[0]["guid"]
        both = [each for each in (await github.get(log)).json() if each["event"] == "issues"]
        assert [(each["redelivery"], each["status_code"]) for each in both] == [
            (True, 202), (False, 502)]  # fmt: skip
        assert len({each["id"] for each in both}) == 2
        whole = (await github.get(f"{log}/{both[0]['id']}")).json()
        assert whole["request"]["payload"]["issue"]["title"] == "Lost"


async def test_the_log_is_walked_by_cursor(hub: SmallHub, receiver: Receiver) -> None:
    async with hub.client() as github:
        async with _delivered(hub, receiver):
            number = await _hook(github, "/repos/acme/api/hooks", "*")
            for title in "abcd":
                open_issue(hub.world, hub.repository("acme/api"), title, None, hub.kim)
        found: list[dict[str, Any]] = []
        where = f"/repos/acme/api/hooks/{number}/deliveries?per_page=2"
        while where:
            answer = await github.get(where)
            found += answer.json()
            where = answer.links.get("next", {}).get("url", "")
        assert [each["event"] for each in found] == ["issues"] * 4 + ["ping"]
        assert [each["id"] for each in found] == sorted({each["id"] for each in found})[::-1]


async def test_shuffled_and_duplicated(hub: SmallHub, receiver: Receiver) -> None:
    async with hub.client() as github, _delivered(hub, receiver):
        await _hook(github, "/repos/acme/api/hooks", "issues")
    receiver.taken.clear()
    hub.hub.faults.set({"webhooks_shuffled": True, "webhooks_duplicated": 1, "seed": 3})
    async with _delivered(hub, receiver):
        for number in range(8):
            open_issue(hub.world, hub.repository("acme/api"), str(number), None, hub.kim)
    numbers = [json.loads(raw)["issue"]["number"] for _, raw in receiver.taken]
    assert sorted(numbers) == sorted([*range(1, 9)] * 2)
    assert numbers[:8] != sorted(numbers[:8])
    assert len({headers["x-github-delivery"] for headers, _ in receiver.taken}) == 8


async def test_a_receiver_that_fails_or_is_not_there(hub: SmallHub, receiver: Receiver) -> None:
    receiver.status = 500
    async with hub.client() as github:
        async with _delivered(hub, receiver):
            number = await _hook(github, "/repos/acme/api/hooks", "push")
        log = (await github.get(f"/repos/acme/api/hooks/{number}/deliveries")).json()
        assert (log[0]["status_code"], log[0]["status"]) == (500, "Invalid HTTP Response: 500")
        await github.patch(
            f"/repos/acme/api/hooks/{number}", json={"config": {"url": "http://127.0.0.1:9/"}}
        )
        hub.hub.courier.client = None
        await github.post(f"/repos/acme/api/hooks/{number}/pings")
        await hub.hub.courier.flush()
        log = (await github.get(f"/repos/acme/api/hooks/{number}/deliveries")).json()
        assert log[0]["status_code"] == 502


async def test_too_large_a_payload_is_dropped(hub: SmallHub, receiver: Receiver) -> None:
    async with hub.client() as github, _delivered(hub, receiver):
        await _hook(github, "/repos/acme/api/hooks", "issues")
        open_issue(hub.world, hub.repository("acme/api"), "Large", "x" * (25 << 20), hub.kim)
        open_issue(hub.world, hub.repository("acme/api"), "Small", "x", hub.kim)
    assert receiver.events == ["ping", "issues"]


async def test_they_leave_by_themselves(hub: SmallHub, receiver: Receiver) -> None:
    now = hub.world.now()
    hub.repository("acme/api").hooks[1] = Hook(1, URL, ("*",), now, now, SECRET)
    async with receiver.client() as client, hub.delivering(client):
        await anyio.to_thread.run_sync(
            open_issue, hub.world, hub.repository("acme/api"), "From a thread", None, hub.kim
        )
        with anyio.fail_after(5):
            while not receiver.taken:
                await anyio.sleep(0.005)
    assert receiver.events == ["issues"]


async def test_a_slow_receiver_holds_nobody_up(hub: SmallHub, receiver: Receiver) -> None:
    now = hub.world.now()
    hub.repository("acme/api").hooks[1] = Hook(1, URL, ("*",), now, now, SECRET)
    hub.repository("acme/web").hooks[2] = Hook(2, f"{URL}/slow", ("*",), now, now, SECRET)
    async with receiver.client() as client, hub.delivering(client):
        open_issue(hub.world, hub.repository("acme/web"), "Slow", None, hub.kim)
        with anyio.fail_after(5):
            await receiver.busy.wait()
            open_issue(hub.world, hub.repository("acme/api"), "Quick", None, hub.kim)
            while not receiver.taken:
                await anyio.sleep(0.005)
    assert receiver.events == ["issues"]


async def test_hooks_are_changed_and_deleted(hub: SmallHub) -> None:
    async with hub.client() as github:
        number = await _hook(github, "/repos/acme/api/hooks", "push")
        at = f"/repos/acme/api/hooks/{number}"
        changed = await github.patch(at, json={"add_events": ["issues"], "active": False})
        assert (changed.json()["events"], changed.json()["active"]) == (["push", "issues"], False)
        assert changed.json()["config"]["secret"] == "********"
        twice = {"config": {"url": URL}, "events": ["push", "issues"]}
        assert (await github.post("/repos/acme/api/hooks", json=twice)).status_code == 422
        assert (await github.delete(at)).status_code == 204
        assert (await github.get(at)).status_code == 404
