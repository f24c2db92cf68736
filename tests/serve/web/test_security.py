"""The guard stands before every route, whatever that is."""

import re
from collections.abc import AsyncIterator

import anyio
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.types import Message, Receive, Scope, Send
from tests.operations.rooms import Yard
from tests.serve.web.centres import HOME, client

from opsroom.operations.room import Room
from opsroom.serve.web.app import LARGEST_CALL, build_app
from opsroom.serve.web.headers import SECURITY_HEADERS
from opsroom.serve.web.security import LONGEST_URL, OPEN
from opsroom.settings import Server

pytestmark = pytest.mark.anyio

TOKEN = "a-token-of-the-centre"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
EVIL = {"Host": "evil.example"}


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Stands for MCP: reads the whole body, and tells its size."""
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


def guarded(yard: Yard, **server: object) -> Starlette:
    """An application that is never asked for what needs its room open."""
    settings = yard.settings(server=Server.model_validate(server))
    return build_app(Room(settings, watches=False), settings, echo)


def beyond(yard: Yard, **more: object) -> Starlette:
    return guarded(yard, host="127.0.0.1.example", token=SecretStr(TOKEN), **more)


BEYOND = "http://127.0.0.1.example:8723"


def paths(app: Starlette) -> set[str]:
    """One path of each route of an application."""
    found = {
        f"{route.path}/style.css"
        if isinstance(route, Mount)
        else re.sub(r"{.*}", "a/b", route.path)
        for route in app.routes
        if isinstance(route, Mount | Route)
    }
    assert {"/", "/mcp", "/events", "/static/style.css", "/api/fleet", "/metrics"} <= found
    return found


async def test_no_route_answers_under_another_name(yard: Yard) -> None:
    app = guarded(yard)
    async with client(app) as asking:
        for path in paths(app) | {"/nothing"}:
            for method in ("GET", "POST", "DELETE"):
                answer = await asking.request(method, path, headers=EVIL)
                assert answer.status_code == 421, (method, path)
                assert "allowed_hosts" in answer.json()["error"]["hint"]


async def test_no_route_answers_another_site(yard: Yard) -> None:
    app = guarded(yard)
    async with client(app) as asking:
        for path in paths(app):
            for origin in ("https://evil.example", "null", "http://localhost:3000"):
                answer = await asking.get(path, headers={"Origin": origin})
                assert answer.status_code == 403, (path, origin)


async def test_beyond_loopback_every_route_but_few_needs_the_token(yard: Yard) -> None:
    app = beyond(yard)
    async with client(app, BEYOND) as asking:
        for path in paths(app) - set(OPEN):
            for headers in ({}, {"Authorization": "Bearer wrong"}):
                answer = await asking.get(path, headers=headers)
                assert answer.status_code == 401, path
                assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert (await asking.get("/healthz")).text == "ok\n"
        assert (await asking.post("/mcp", content=b"12345", headers=BEARER)).text == "5"
        assert (await asking.get("/", headers=BEARER)).status_code == 200


async def status(app: Starlette, *headers: tuple[bytes, bytes], path: str = "/healthz") -> int:
    """The status of a request that no client would send so."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": list(headers),
    }
    await app(scope, receive, send)
    answered: int = sent[0]["status"]
    return answered


@pytest.mark.parametrize(
    "path",
    [
        "//healthz",
        "/healthz/",
        "/healthz/../metrics",
        "/HEALTHZ",
        "/static/../healthz",
        "/sign-in/",
    ],
)
async def test_no_spelling_of_an_open_path_opens_another(yard: Yard, path: str) -> None:
    host = (b"host", b"127.0.0.1.example:8723")
    assert await status(beyond(yard), host) == 200
    assert await status(beyond(yard), host, path=path) == 401


async def test_every_answer_carries_the_headers(yard: Yard) -> None:
    app = guarded(yard)
    wanted = {name.lower(): value for name, value in SECURITY_HEADERS.items()}
    async with client(app) as asking:
        answers = [
            await asking.get("/"),
            await asking.get("/static/app.js"),
            await asking.get("/nothing"),
            await asking.get("/", headers=EVIL),
            await asking.post("/healthz"),
            await asking.get("/api/fleet"),
            await asking.get("/api/fleet", params={"where": "helth:red"}),
        ]
        for answer in answers:
            assert wanted.items() <= dict(answer.headers).items(), answer
            assert "cache-control" in answer.headers
        sign_in = await asking.get("/sign-in")
        assert sign_in.headers["Referrer-Policy"] == "same-origin"
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


async def test_a_fault_of_ours_shows_no_traceback_and_keeps_the_headers(yard: Yard) -> None:
    """The room of this application was never entered, so that opening it fails."""
    async with client(guarded(yard)) as asking:
        answer = await asking.get("/api/fleet")
    assert answer.status_code == 500
    assert set(answer.json()["error"]) == {"message", "hint"}
    assert "Traceback" not in answer.text
    assert "AttributeError" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_an_address_can_be_too_long(yard: Yard) -> None:
    async with client(guarded(yard)) as asking:
        answer = await asking.get("/healthz", params={"a": "b" * LONGEST_URL})
        assert answer.status_code == 414
        assert (await asking.get(f"/{'a' * LONGEST_URL}")).status_code == 414
        assert (await asking.get("/healthz", params={"a": "b" * 7_000})).status_code == 200


async def test_a_body_can_be_too_large_whatever_it_says_of_itself(yard: Yard) -> None:
    async def flood() -> AsyncIterator[bytes]:
        for _ in range(LARGEST_CALL // 65_536 + 1):
            yield b"a" * 65_536

    async with client(guarded(yard)) as asking:
        said = await asking.post("/mcp", content=b"a" * (LARGEST_CALL + 1))
        unsaid = await asking.post("/mcp", content=flood())
        form = await asking.post("/sign-in", content=b"token=" + b"a" * 20_000)
        fine = await asking.post("/mcp", content=b"a" * LARGEST_CALL)
    for refused in (said, unsaid, form):
        assert refused.status_code == 413
    assert "error" in unsaid.json()
    assert fine.text == str(LARGEST_CALL)


async def test_two_hosts_are_none(yard: Yard) -> None:
    own = (b"host", b"localhost:8723")
    assert await status(guarded(yard), own) == 200
    assert await status(guarded(yard), own, (b"host", b"evil.example")) == 421
    assert await status(guarded(yard)) == 421


def refused(app: Starlette, base: str, headers: dict[str, str]) -> int:
    """The status with which a WebSocket is refused."""
    with TestClient(app, base_url=base) as asking:
        try:
            with asking.websocket_connect("/ws", headers={"Host": base[7:], **headers}):
                return 101
        except WebSocketDenialResponse as denied:
            return denied.status_code


def test_a_websocket_is_guarded_alike(yard: Yard) -> None:
    app = guarded(yard)
    assert any(isinstance(route, WebSocketRoute) for route in app.routes)
    assert refused(app, HOME, EVIL) == 421
    assert refused(app, HOME, {"Origin": "https://evil.example"}) == 403
    assert refused(app, HOME, {"Cookie": "a=b"}) == 403
    assert refused(beyond(yard), BEYOND, {}) == 401


async def test_an_old_websocket_server_just_closes(yard: Yard) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "websocket",
        "path": "/ws",
        "query_string": b"",
        "headers": [(b"host", b"evil.example")],
    }
    await guarded(yard)(scope, receive, send)
    assert [message["type"] for message in sent] == ["websocket.close"]


async def test_a_browser_without_the_token_is_led_to_the_door(yard: Yard) -> None:
    async with client(beyond(yard), BEYOND) as asking:
        led = await asking.get("/", headers={"Accept": "text/html"})
        assert (led.status_code, led.headers["Location"]) == (303, "sign-in")
        door = await asking.get("/sign-in")
        assert "token" in door.text
        assert "style" not in re.sub(r'<link rel="stylesheet"[^>]*>', "", door.text)
        assert (await asking.get("/sign-in.css")).headers["Content-Type"].startswith("text/css")


async def test_signing_in_gives_a_cookie_that_opens_everything(yard: Yard) -> None:
    own = {"Origin": BEYOND}
    async with client(beyond(yard), BEYOND) as asking:
        done = await asking.post("/sign-in", data={"token": f" {TOKEN} "}, headers=own)
        assert (done.status_code, done.headers["Location"]) == (303, "./")
        cookie = done.headers["Set-Cookie"]
        for part in ("HttpOnly", "SameSite=strict", "Path=/"):
            assert part in cookie
        assert "Secure" not in cookie
        assert TOKEN not in cookie
        assert (await asking.get("/")).status_code == 200
        assert (await asking.post("/mcp", content=b"1")).status_code == 403, "no Origin"
        out = await asking.post("/sign-out", headers=own)
        assert out.status_code == 204
        assert (await asking.get("/")).status_code == 401


async def test_a_wrong_token_gives_nothing_and_takes_its_time(yard: Yard) -> None:
    async with client(beyond(yard), BEYOND) as asking:
        begun = anyio.current_time()
        done = await asking.post("/sign-in", data={"token": "wrong"}, headers={"Origin": BEYOND})
        assert anyio.current_time() - begun > 0.5
    assert done.status_code == 401
    assert "Set-Cookie" not in done.headers
    assert "not the token" in done.text


async def test_over_tls_the_cookie_is_for_tls_alone(yard: Yard) -> None:
    app = beyond(yard, public_url="https://ops.example.org")
    async with client(app, "https://ops.example.org") as asking:
        own = {"Origin": "https://ops.example.org"}
        done = await asking.post("/sign-in", data={"token": TOKEN}, headers=own)
    assert "Secure" in done.headers["Set-Cookie"]


async def test_below_a_base_path_all_is_as_without(yard: Yard) -> None:
    app = beyond(yard, base_path="/ops/room")
    async with client(app, BEYOND) as asking:
        for prefix in ("", "/ops/room"):
            assert (await asking.get(f"{prefix}/healthz")).status_code == 200
            assert (await asking.get(f"{prefix}/metrics")).status_code == 401
            assert (await asking.get(f"{prefix}/", headers=BEARER)).status_code == 200
            style = await asking.get(f"{prefix}/static/style.css", headers=BEARER)
            assert style.status_code == 200
            assert (await asking.post(f"{prefix}/mcp", content=b"123", headers=BEARER)).text == "3"
        bare = await asking.get("/ops/room")
        assert bare.headers["Location"] == "/ops/room/"
        door = await asking.get("/ops/room/", headers={"Accept": "text/html"})
        assert door.headers["Location"] == "sign-in"
        own = {"Origin": BEYOND}
        done = await asking.post("/ops/room/sign-in", data={"token": TOKEN}, headers=own)
        assert "Path=/ops/room/" in done.headers["Set-Cookie"]
        assert (await asking.get("/ops/rooms/healthz", headers=BEARER)).status_code == 404
