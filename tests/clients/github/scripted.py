"""A host that answers what a test tells it to, in order, and remembers what it was asked.

For what a host seldom does; how it behaves as a whole is tried on the double.
"""

import json
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx2

from opsroom.clients.github.address import HostAddress
from opsroom.clients.github.budget import Ledger
from opsroom.clients.github.client import GithubHost
from opsroom.clients.github.credentials import Credential, PersonalToken
from opsroom.clients.github.memory import Validators
from opsroom.clients.github.transport import Transport

SECRET = "ghp_aSecretThatNobodyMayEverSee"
ADDRESS = HostAddress.of("https://api.github.com")

Answer = httpx2.Response | Exception | Callable[[httpx2.Request], httpx2.Response]


def told(body: Any = None, status: int = 200, **headers: str) -> httpx2.Response:
    """An answer with JSON; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, json={} if body is None else body, headers=named)


class Scripted:
    """Answers in order; the last one is given for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = deque(answers)
        self.asked: list[httpx2.Request] = []

    def add(self, *answers: Answer) -> None:
        self.answers.extend(answers)

    @property
    def paths(self) -> list[str]:
        return [request.url.path for request in self.asked]

    @property
    def bodies(self) -> list[Mapping[str, Any]]:
        return [json.loads(request.content) for request in self.asked if request.content]

    def client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer))

    def transport(
        self,
        credential: Credential | None = None,
        *,
        validators: Validators | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        address: HostAddress = ADDRESS,
    ) -> Transport:
        who = credential or PersonalToken(SECRET)
        return Transport(
            address,
            who,
            Ledger(address.name, who.account),
            self.client(),
            validators=validators,
            clock=clock,
            delay=0.001,
        )

    def host(
        self, credential: Credential | None = None, *, address: HostAddress = ADDRESS
    ) -> GithubHost:
        return GithubHost(
            address, credential or PersonalToken(SECRET), client=self.client(), delay=0.001
        )

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self.answers.popleft() if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx2.Response) else answer(request)
