"""Webhooks on their way out: signed, logged, lost or late on demand."""

import asyncio
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import anyio
import httpx2

from opsroom.demo.github.bodies.accounts import account, short_organization
from opsroom.demo.github.bodies.repository import brief
from opsroom.demo.github.faults import Faults
from opsroom.demo.github.state.hooks import Delivery, Hook
from opsroom.demo.github.urls import Json, Urls
from opsroom.demo.github.world import Emission, World

TIMEOUT = 10.0
LARGEST = 25 * 1024 * 1024
"""Bytes from which on GitHub drops a payload instead of sending it."""
AT_ONCE = 8
APPS_ALONE = frozenset({"installation", "installation_repositories", "repository_dispatch"})
"""Events that only Apps hear of."""
SHUFFLED = 8
"""How many deliveries are shuffled among themselves."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A delivery and the hook that it goes to."""

    hook: Hook
    delivery: Delivery


class Courier:
    """Turns emissions into deliveries at once, and sends them while `run` runs.

    `client` is what it sends with: tests give one that stays in memory.
    """

    def __init__(
        self, world: World, faults: Faults, client: httpx2.AsyncClient | None = None
    ) -> None:
        self.world = world
        self.faults = faults
        self.client = client
        self._waiting: list[Letter] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._awake: asyncio.Event | None = None
        world.listeners.append(self._take)

    @property
    def waiting(self) -> int:
        """How many deliveries have not been sent."""
        return len(self._waiting)

    def _take(self, emission: Emission) -> None:
        """Write a delivery for each hook that listens. Called under the world's lock."""
        for hook, installation in self._listening(emission):
            self.post(hook, emission, installation)

    def _listening(self, emission: Emission) -> Iterator[tuple[Hook, int | None]]:
        repository, owner = emission.repository, emission.owner
        hooks = [] if repository is None else list(repository.hooks.values())
        hooks += self.world.hooks.get(owner.login.lower(), {}).values()
        for hook in hooks:
            if emission.event in APPS_ALONE or not hook.active:
                continue
            if "*" in hook.events or emission.event in hook.events:
                yield hook, None
        for one in self.world.installations():
            if one.account is not owner or one.app.hook is None or one.suspended_at is not None:
                continue
            chosen = one.repositories
            if repository is not None and chosen is not None and repository.id not in chosen:
                continue
            if emission.event in (*one.app.events, "installation", "installation_repositories"):
                yield one.app.hook, one.id

    def post(self, hook: Hook, emission: Emission, installation: int | None) -> None:
        """Write one delivery; it leaves as soon as it can."""
        body = self._payload(emission, installation)
        raw = json.dumps(body, separators=(",", ":")).encode()
        if len(raw) > LARGEST:
            return
        guid = self.world.ids.guid()
        repository = emission.repository
        delivery = Delivery(
            self.world.ids.number(),
            guid,
            emission.event,
            emission.action,
            raw,
            _headers(hook, guid, emission.event, raw),
            self.world.now(),
            None if repository is None else repository.id,
            installation,
        )
        self._add(Letter(hook, delivery))

    def _payload(self, emission: Emission, installation: int | None) -> Json:
        urls = Urls.of(self.world.root)
        body: Json = {} if emission.action is None else {"action": emission.action}
        body |= emission.details(urls)
        repository, owner = emission.repository, emission.owner
        if repository is not None:
            body["repository"] = brief(urls, repository)
            if emission.event == "push":
                _as_pushed(body["repository"])
        if owner.kind == "Organization":
            body["organization"] = short_organization(urls, owner)
        body["sender"] = account(urls, emission.actor)
        if installation is not None and "installation" not in body:
            body["installation"] = {"id": installation, "node_id": f"MI_{installation}"}
        return body

    def redeliver(self, hook: Hook, before: Delivery) -> Delivery:
        """Send a delivery again: another id, the same GUID."""
        again = replace(
            before,
            id=self.world.ids.number(),
            delivered_at=self.world.now(),
            redelivery=True,
            duration=0.0,
            status="pending",
            status_code=0,
            answer="",
        )
        self._add(Letter(hook, again))
        return again

    def _add(self, letter: Letter) -> None:
        letter.hook.deliveries.append(letter.delivery)
        with self.world.lock:
            self._waiting.append(letter)
        self.world.stats.webhooks += 1
        loop, awake = self._loop, self._awake
        if loop is not None and awake is not None and not loop.is_closed():
            loop.call_soon_threadsafe(awake.set)

    async def run(self) -> None:
        """Send whatever is written, until cancelled; a slow receiver doesn't hold up the others."""
        self._loop, self._awake = asyncio.get_running_loop(), asyncio.Event()
        self._awake.set()
        try:
            async with (
                httpx2.AsyncClient(timeout=TIMEOUT) as client,
                anyio.create_task_group() as tasks,
            ):
                limit = anyio.CapacityLimiter(AT_ONCE)
                while True:
                    await self._awake.wait()
                    self._awake.clear()
                    for letter in self._collect():
                        tasks.start_soon(self._send, self.client or client, letter, limit)
        finally:
            self._loop = self._awake = None

    async def flush(self) -> None:
        """Send all that is waiting, and wait until it was answered."""
        if self.client is not None:
            await self._send_all(self.client)
            return
        async with httpx2.AsyncClient(timeout=TIMEOUT) as client:
            await self._send_all(client)

    async def _send_all(self, client: httpx2.AsyncClient) -> None:
        while letters := self._collect():
            limit = anyio.CapacityLimiter(AT_ONCE)
            async with anyio.create_task_group() as tasks:
                for letter in letters:
                    tasks.start_soon(self._send, client, letter, limit)

    def _collect(self) -> list[Letter]:
        with self.world.lock:
            letters, self._waiting = self._waiting, []
        if self.faults.webhooks_shuffled:
            for begin in range(0, len(letters), SHUFFLED):
                part = letters[begin : begin + SHUFFLED]
                self.faults.chance.shuffle(part)
                letters[begin : begin + SHUFFLED] = part
        twice = self.faults.webhooks_duplicated
        if twice:
            letters += [each for each in letters if self.faults.chance.random() < twice]
        return letters

    async def _send(
        self, client: httpx2.AsyncClient, letter: Letter, limit: anyio.CapacityLimiter
    ) -> None:
        hook, delivery = letter.hook, letter.delivery
        lost = not delivery.redelivery and self.faults.chance.random() < self.faults.webhooks_lost
        if lost:
            delivery.status, delivery.status_code = "failed to connect to host", 502
            return
        async with limit:
            begun = time.monotonic()
            try:
                status, text = await _post(client, hook, delivery)
                delivery.status_code = status
                delivery.status = "OK" if status < 400 else f"Invalid HTTP Response: {status}"
                delivery.answer = text
            except httpx2.TimeoutException:
                delivery.status, delivery.status_code = "timed out", 504
            except httpx2.HTTPError:
                delivery.status, delivery.status_code = "failed to connect to host", 502
            delivery.duration = time.monotonic() - begun


async def _post(client: httpx2.AsyncClient, hook: Hook, delivery: Delivery) -> tuple[int, str]:
    """Send one delivery: the status and the beginning of what was answered."""
    answer = await client.post(
        hook.url, content=delivery.payload, headers=delivery.headers, timeout=TIMEOUT
    )
    return answer.status_code, answer.text[:1000]


def _as_pushed(repository: Json) -> None:
    """In a push event a repository's times are seconds, and its owner has a name and an email."""
    for name in ("created_at", "pushed_at"):
        repository[name] = int(datetime.fromisoformat(repository[name]).timestamp())
    owner = repository["owner"]
    repository["owner"] = {**owner, "name": owner["login"], "email": None}
    repository["stargazers"] = repository["stargazers_count"]
    repository["master_branch"] = repository["default_branch"]


def _headers(hook: Hook, guid: str, event: str, raw: bytes) -> dict[str, str]:
    headers = {
        "accept": "*/*",
        "content-type": "application/json",
        "user-agent": "GitHub-Hookshot/0000000",
        "x-github-delivery": guid,
        "x-github-event": event,
        "x-github-hook-id": str(hook.id),
    }
    if hook.secret:
        for name, kind in (("x-hub-signature-256", "sha256"), ("x-hub-signature", "sha1")):
            mark = hmac.new(hook.secret.encode(), raw, kind).hexdigest()
            headers[name] = f"{kind}={mark}"
    return headers
