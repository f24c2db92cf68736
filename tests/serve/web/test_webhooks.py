import hmac
import json
from collections.abc import AsyncGenerator
from contextlib import suppress
from hashlib import sha256
from urllib.parse import urlencode

import anyio
import httpx2
import pytest
from pydantic import SecretStr
from tests.operations.rooms import Yard, opened
from tests.serve.web.centres import client, listening

from opsroom.errors import StoreError
from opsroom.model.heard import Heard
from opsroom.operations.hosts import intake
from opsroom.operations.room import Room
from opsroom.serve.web import webhooks
from opsroom.serve.web.app import build_app
from opsroom.settings import GithubSource, Settings
from opsroom.store.deliveries import pending

pytestmark = pytest.mark.anyio

REPOSITORY = {"node_id": "R_1", "full_name": "acme/api", "owner": {"login": "acme"}}
PUSH = json.dumps({"repository": REPOSITORY}).encode()


def source(owner: str, secret: str | None) -> GithubSource:
    return GithubSource(
        kind="github",
        owners=(owner,),
        token=SecretStr("t"),
        webhook_secret=SecretStr(secret) if secret else None,
    )


def signed(body: bytes, key: str = "one", guid: str = "guid-1", **more: str) -> dict[str, str]:
    signature = "sha256=" + hmac.new(key.encode(), body, sha256).hexdigest()
    names = {"X-GitHub-Event": "push", "X-GitHub-Delivery": guid, "X-Hub-Signature-256": signature}
    return {**names, "Content-Type": "application/json", **more}


@pytest.fixture
def hosts(yard: Yard) -> Settings:
    """Three owners: two with a secret each, and one that shares the first's."""
    sources = (source("acme", "one"), source("other", "two"), source("third", "one"))
    return Settings(home=yard.home, sources=sources)


@pytest.fixture
async def room(hosts: Settings) -> AsyncGenerator[Room]:
    async with opened(hosts) as found:
        yield found


@pytest.fixture
async def asking(room: Room) -> AsyncGenerator[httpx2.AsyncClient]:
    async with client(build_app(room, room.settings)) as found:
        yield found


async def kept(room: Room) -> list[tuple[str, Heard | None]]:
    """The source of each delivery that waits, and what it tells."""
    keys = [source.key for source in room.settings.hosts]
    async with room.store.read() as connection:
        return [(each.source, each.told) for each in await pending(connection, keys)]


async def test_a_signed_webhook_is_kept_and_then_acknowledged(
    room: Room, asking: httpx2.AsyncClient
) -> None:
    answer = await asking.post("/webhooks/github", content=PUSH, headers=signed(PUSH))
    assert (answer.status_code, answer.json()) == (202, {"accepted": True, "new": True})
    ((key, told),) = await kept(room)
    assert key == "github:github.com/acme"
    assert told is not None
    assert (told.delivery, told.event, told.repository_id) == ("guid-1", "push", "R_1")


async def test_the_same_delivery_again_is_dropped(room: Room, asking: httpx2.AsyncClient) -> None:
    for new in (True, False, False):
        answer = await asking.post("/webhooks/github", content=PUSH, headers=signed(PUSH))
        assert (answer.status_code, answer.json()["new"]) == (202, new)
    assert len(await kept(room)) == 1


async def test_the_secret_and_then_the_owner_name_the_source(
    room: Room, asking: httpx2.AsyncClient
) -> None:
    for number, (owner, secret) in enumerate([("other", "two"), ("THIRD", "one"), ("new", "one")]):
        body = json.dumps({"repository": {**REPOSITORY, "owner": {"login": owner}}}).encode()
        headers = signed(body, secret, f"guid-{number}")
        assert (await asking.post("/webhooks/github", content=body, headers=headers)).is_success
    assert [key.partition("/")[2] for key, _ in await kept(room)] == ["other", "third", "acme"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(PUSH, "wrong"),
        signed(PUSH + b" "),
        signed(PUSH) | {"X-Hub-Signature-256": ""},
        {"X-Hub-Signature": "sha1=" + hmac.new(b"one", PUSH, "sha1").hexdigest()},
    ],
)
async def test_a_forged_one_is_refused_and_not_kept(
    room: Room, asking: httpx2.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await asking.post("/webhooks/github", content=PUSH, headers=headers)
    assert answer.status_code == 401
    assert "secret" in answer.json()["error"]["hint"]
    assert await kept(room) == []


async def test_without_a_secret_nobody_is_believed(yard: Yard) -> None:
    settings = Settings(home=yard.home, sources=(source("acme", None),))
    async with opened(settings) as room, client(build_app(room, settings)) as asking:
        answer = await asking.post("/webhooks/github", content=PUSH, headers=signed(PUSH, ""))
        assert answer.status_code == 401
        assert "webhook_secret" in answer.json()["error"]["hint"]


@pytest.mark.parametrize("body", [b"", b"payload=%7B%7D", b"[]", b"[" * 50_000])
async def test_a_signed_one_that_makes_no_sense_is_the_senders_fault(
    room: Room, asking: httpx2.AsyncClient, body: bytes
) -> None:
    answer = await asking.post("/webhooks/github", content=body, headers=signed(body))
    assert answer.status_code == 400
    assert "JSON" in answer.json()["error"]["message"]
    assert await kept(room) == []


async def test_a_ping_is_answered_and_leaves_nothing(
    room: Room, asking: httpx2.AsyncClient
) -> None:
    headers = signed(PUSH) | {"X-GitHub-Event": "ping"}
    answer = await asking.post("/webhooks/github", content=PUSH, headers=headers)
    assert answer.status_code == 202
    assert await kept(room) == []


async def test_a_large_one_is_taken_and_a_larger_one_is_not(
    room: Room, asking: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = b'{"repository": {"node_id": "R_9"}, "x": "' + b"x" * (25 * 1024 * 1024 - 43) + b'"}'
    assert len(large) == 25 * 1024 * 1024
    answer = await asking.post("/webhooks/github", content=large, headers=signed(large))
    assert answer.status_code == 202
    larger = large + b" "
    answer = await asking.post("/webhooks/github", content=larger, headers=signed(larger))
    assert answer.status_code == 413
    assert len(await kept(room)) == 1


async def test_one_without_a_length_is_cut_off_at_the_limit(
    room: Room, asking: httpx2.AsyncClient
) -> None:
    sent = 0

    async def endless() -> AsyncGenerator[bytes]:
        nonlocal sent
        while sent < 40:
            sent += 1
            yield b"x" * (1 << 20)

    answer = await asking.post("/webhooks/github", content=endless(), headers=signed(b""))
    assert answer.status_code == 413
    assert await kept(room) == []


async def test_what_can_not_be_kept_is_not_acknowledged(
    room: Room, asking: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> bool:
        raise StoreError("the disk is full", "make room")

    monkeypatch.setattr(intake, "take_in", full)
    answer = await asking.post("/webhooks/github", content=PUSH, headers=signed(PUSH))
    assert answer.status_code == 503
    monkeypatch.undo()
    assert (await asking.post("/webhooks/github", content=PUSH, headers=signed(PUSH))).is_success
    assert len(await kept(room)) == 1


async def test_one_that_does_not_arrive_in_time_makes_room_for_others(
    room: Room, asking: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "PATIENCE", 0.2)

    async def slow() -> AsyncGenerator[bytes]:
        yield b"{"
        await anyio.sleep(1)

    answer = await asking.post("/webhooks/github", content=slow(), headers=signed(b"{"))
    assert answer.status_code == 503


async def test_many_who_send_slowly_keep_no_genuine_one_waiting(
    room: Room, asking: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signature is only known to be forged at the end of what it signs."""
    begun, over = [0], anyio.Event()

    async def slow() -> AsyncGenerator[bytes]:
        yield b"x" * (webhooks.SMALL + 1)
        begun[0] += 1
        await over.wait()

    async def send() -> None:
        answer = await asking.post("/webhooks/github", content=slow(), headers=signed(b"x"))
        assert answer.status_code == 401

    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(send)
        with anyio.fail_after(5):
            while begun[0] < webhooks.AT_ONCE:
                await anyio.sleep(0.01)
            answer = await asking.post("/webhooks/github", content=PUSH, headers=signed(PUSH))
        assert answer.status_code == 202
        over.set()


async def test_a_form_is_told_what_to_change(room: Room, asking: httpx2.AsyncClient) -> None:
    """The host's own preset: it signs the form, and the JSON is a field of it."""
    body = urlencode({"payload": PUSH.decode()}).encode()
    headers = signed(body) | {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await asking.post("/webhooks/github", content=body, headers=headers)
    assert answer.status_code == 400
    assert "application/json" in answer.json()["error"]["hint"]
    assert await kept(room) == []


@pytest.mark.parametrize("announced", [len(PUSH) - 5, len(PUSH) + 500])
async def test_a_length_that_lies_makes_no_delivery(
    room: Room, announced: int, caplog: pytest.LogCaptureFixture
) -> None:
    """The server takes it at its word: what is signed is not what arrives, or nothing is whole."""
    async with listening(room, room.settings) as base:
        place = httpx2.URL(base)
        stream = await anyio.connect_tcp(place.host, place.port or 80)
        async with stream:
            lines = signed(
                PUSH, **{"Content-Length": str(announced), "Host": place.netloc.decode()}
            )
            head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
            request = f"POST /webhooks/github HTTP/1.1\r\n{head}Connection: close\r\n\r\n"
            await stream.send(request.encode() + PUSH)
            await stream.send_eof()
            with anyio.fail_after(5):
                answer = b""
                with suppress(anyio.EndOfStream):
                    while True:
                        answer += await stream.receive()
        assert b" 202 " not in answer
        assert "Traceback" not in caplog.text
        assert await kept(room) == []


async def test_it_comes_through_a_proxy_without_a_token_of_the_centre(yard: Yard) -> None:
    settings = Settings(
        home=yard.home,
        sources=(source("acme", "one"),),
        server={  # type: ignore[arg-type]  # pydantic makes the model
            "host": "192.0.2.1",
            "token": SecretStr("of the centre"),
            "public_url": "https://ops.example.org/room",
            "base_path": "/room",
        },
    )
    async with opened(settings) as room:
        base = "https://ops.example.org"
        async with client(build_app(room, settings), base) as asking:
            for path in ("/room/webhooks/github", "/webhooks/github"):
                answer = await asking.post(path, content=PUSH, headers=signed(PUSH, guid=path[-9:]))
                assert answer.status_code == 202
            answer = await asking.get("/room/webhooks/github")
            assert answer.status_code == 405
            answer = await asking.get("/room/api/fleet")
            assert answer.status_code == 401
            foreign = signed(PUSH, guid="x") | {"Origin": "https://evil.example"}
            answer = await asking.post("/room/webhooks/github", content=PUSH, headers=foreign)
            assert answer.status_code == 403
            elsewhere = signed(PUSH, guid="y") | {"Host": "evil.example"}
            answer = await asking.post("/room/webhooks/github", content=PUSH, headers=elsewhere)
            assert answer.status_code == 421


async def test_over_a_socket(room: Room) -> None:
    async with listening(room, room.settings) as base, httpx2.AsyncClient(base_url=base) as asking:
        answer = await asking.post("/webhooks/github", content=PUSH, headers=signed(PUSH))
        assert answer.status_code == 202
        assert len(await kept(room)) == 1
