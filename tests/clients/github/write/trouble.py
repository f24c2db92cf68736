"""What a network and a busy host do to single requests, between a client and the double."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Kind = Literal["before", "after", "hang", "cut", "refuse", "meanwhile"]


@dataclass
class Fault:
    """What happens to the next `times` requests that match.

    `before`: 502 and no effect. `after`: the effect, and 502. `hang`: the effect, and no answer in
    time. `cut`: the effect, and half of the answer. `refuse`: `status` with `body`, no effect.
    `meanwhile`: `do` happens first, and then what would have happened anyway.
    """

    method: str
    path: re.Pattern[str]
    kind: Kind
    times: int = 1
    status: int = 502
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Mapping[str, object] = field(default_factory=lambda: {"message": "Server Error"})
    do: Callable[[], object] = lambda: None


class Trouble:
    """An application around the double. `asked` are all requests, as `METHOD path`.

    `failed` counts answers of the double itself that were 5xx.
    """

    def __init__(self, app: ASGIApp, hang: float) -> None:
        self._app = app
        self._hang = hang
        self.faults: list[Fault] = []
        self.asked: list[str] = []
        self.failed = 0
        self.tokens: list[str] = []
        self.on_fault: Callable[[], None] = lambda: None

    def expect(
        self,
        kind: Kind,
        method: str,
        path: str,
        *,
        times: int = 1,
        status: int = 502,
        headers: Mapping[str, str] | None = None,
        message: str = "Server Error",
    ) -> None:
        """Let something happen to the next requests whose path ends with the pattern `path`."""
        pattern = re.compile(f"{path}$")
        body = {"message": message}
        self.faults.append(Fault(method, pattern, kind, times, status, headers or {}, body))

    def meanwhile(self, method: str, path: str, do: Callable[[], object]) -> None:
        """Let something happen just before the next such request arrives."""
        self.faults.append(Fault(method, re.compile(f"{path}$"), "meanwhile", do=do))

    @property
    def writes(self) -> list[str]:
        """The requests that were no reads."""
        return [asked for asked in self.asked if not asked.startswith("GET ")]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or fail to."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self.asked.append(f"{scope['method']} {scope['path']}")
        self.tokens.append(dict(scope["headers"]).get(b"authorization", b"").decode())
        fault = self._drawn(scope)
        if fault is not None and fault.kind == "meanwhile":
            fault.do()
            fault = None
        if fault is None:
            await self._app(scope, receive, lambda message: self._count(message, send))
        elif fault.kind in {"before", "refuse"}:
            await _answer(send, fault.status, fault.headers, json.dumps(fault.body).encode())
        else:
            await self._spoiled(fault, scope, receive, send)

    async def _count(self, message: Message, send: Send) -> None:
        self.failed += message.get("status", 0) >= 500
        await send(message)

    def _drawn(self, scope: Scope) -> Fault | None:
        for fault in self.faults:
            hit = scope["method"] == fault.method and fault.path.search(scope["path"])
            if hit and fault.times > 0:
                fault.times -= 1
                self.on_fault()
                return fault
        return None

    async def _spoiled(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the effect happen, and lose the answer or half of it."""
        status, body = 500, b""

        async def keep(message: Message) -> None:
            nonlocal status, body
            status = message.get("status", status)
            body += message.get("body", b"")

        await self._app(scope, receive, keep)
        assert status < 300, (status, body)
        if fault.kind == "hang":
            await anyio.sleep(self._hang)
        if fault.kind == "cut":
            await _answer(send, status, {}, body[: len(body) // 2])
        else:
            await _answer(send, fault.status, fault.headers, json.dumps(fault.body).encode())


async def _answer(send: Send, status: int, headers: Mapping[str, str], body: bytes) -> None:
    shown = {"content-type": "application/json", "content-length": str(len(body)), **headers}
    raw = [(name.lower().encode(), value.encode()) for name, value in shown.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
