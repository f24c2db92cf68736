import gzip
import logging
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import anyio
import httpx2
import pytest
from tests.clients.github.scripted import SECRET, Answer, Scripted, told

from opsroom.clients.github.address import HostAddress
from opsroom.clients.github.credentials import Anonymous, PersonalToken
from opsroom.clients.github.memory import InMemory
from opsroom.clients.github.transport import Overloaded, Spend
from opsroom.clients.github.wire import LARGEST, TooLarge
from opsroom.clients.host import HostError, Later, NotLetIn, Priority

pytestmark = pytest.mark.anyio

SWEEP = Spend("sweep", Priority.SWEEP)
ASKED = Spend("rights", Priority.ASKED)


def soon(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def limited(
    remaining: int, status: int, resets_at: datetime | None = None, **headers: str
) -> httpx2.Response:
    reset = str(int((resets_at or soon(1_800)).timestamp()))
    return told(
        {"message": "Resource not accessible"},
        status,
        X_RateLimit_Limit="5000",
        X_RateLimit_Remaining=str(remaining),
        X_RateLimit_Reset=reset,
        X_RateLimit_Resource="core",
        **headers,
    )


def spent_up(request: httpx2.Request) -> httpx2.Response:
    return limited(0, 403)


async def test_what_did_not_change_costs_nothing() -> None:
    hub = Scripted(told([1], ETag='"one"', Link="<https://api.github.com/x?page=2>; rel=next"))
    hub.add(httpx2.Response(304))
    transport = hub.transport()
    first = await transport.get("/x", SWEEP)
    again = await transport.get("/x", SWEEP)
    assert (first.data, again.data) == ([1], [1])
    assert again.headers["Link"] == first.headers["Link"]
    assert hub.asked[1].headers["If-None-Match"] == '"one"'
    (spent,) = transport.ledger.snapshot(transport.clock()).spent
    assert (spent.requests, spent.points) == (2, 1)


async def test_what_did_not_change_counts_in_the_limit_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is free of the hourly budget alone."""
    monkeypatch.setattr("opsroom.clients.github.budget.POINTS_A_MINUTE", {"rest": 3, "graphql": 3})
    hub = Scripted(told([1], ETag='"one"'), httpx2.Response(304))
    transport = hub.transport()
    for _ in range(3):
        await transport.get("/x", ASKED)
    with pytest.raises(Later, match="so much a minute"):
        await transport.get("/x", ASKED)
    assert len(hub.asked) == 3


async def test_an_etag_is_of_one_token() -> None:
    kept = InMemory()
    hub = Scripted(told([1], ETag='"one"'))
    await hub.transport(PersonalToken("one"), validators=kept).get("/x", SWEEP)
    await hub.transport(PersonalToken("two"), validators=kept).get("/x", SWEEP)
    await hub.transport(PersonalToken("one"), validators=kept).get("/y", SWEEP)
    assert not any("If-None-Match" in request.headers for request in hub.asked)


async def test_what_is_secret_is_not_remembered() -> None:
    kept = InMemory()
    hub = Scripted(told([{"number": 1, "secret": "AKIA123"}], ETag='"one"'), httpx2.Response(304))
    transport = hub.transport(validators=kept)
    await transport.get("/x", SWEEP, unkept=("secret",))
    again = await transport.get("/x", SWEEP, unkept=("secret",))
    assert again.data == [{"number": 1}]


async def test_memory_is_bounded_and_forgets_what_was_asked_for_longest_ago() -> None:
    kept = InMemory(most=25)
    for url in "abc":
        await kept.put("me", url, url, "x" * 10)
        await kept.put("me", url, url, "y" * 10)
        await kept.get("me", "a")
    assert [await kept.get("me", url) is not None for url in "abc"] == [True, False, True]


async def test_nobody_pays_for_what_did_not_change_and_sends_no_token() -> None:
    hub = Scripted(told([1], ETag='"one"'))
    transport = hub.transport(Anonymous())
    await transport.get("/x", SWEEP)
    assert "Authorization" not in hub.asked[0].headers


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_read_is_repeated_after_what_may_pass(status: int) -> None:
    hub = Scripted(told(status=status), httpx2.ReadTimeout("late"), told({"fine": 1}))
    transport = hub.transport()
    assert (await transport.get("/x", SWEEP)).data == {"fine": 1}
    (spent,) = transport.ledger.snapshot(transport.clock()).spent
    assert spent.requests == 3


async def test_a_read_is_repeated_twice_and_no_more() -> None:
    hub = Scripted(told(status=502))
    with pytest.raises(Overloaded):
        await hub.transport().get("/x", SWEEP)
    assert len(hub.asked) == 3


async def test_what_is_no_json_was_broken_off() -> None:
    hub = Scripted(httpx2.Response(200, content=b'{"data": [1, 2'), told({"fine": 1}))
    assert (await hub.transport().get("/x", SWEEP)).data == {"fine": 1}


async def test_a_wrong_or_expired_token_is_said_at_once_and_never_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    hub = Scripted(told({"message": "Bad credentials"}, 401))
    transport = hub.transport()
    with pytest.raises(NotLetIn) as caught:
        await transport.get("/x", SWEEP)
    assert len(hub.asked) == 1
    assert hub.asked[0].headers["Authorization"] == f"Bearer {SECRET}"
    shown = f"{caught.value!r} {caught.value} {transport.credential!r} {caplog.text}"
    assert SECRET not in shown
    assert SECRET not in transport.credential.account


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (told(status=403, Retry_After="30"), 30),
        (told(status=429, Retry_After="30"), 30),
        (told(status=429), 60),
        (told({"message": "You have exceeded a secondary rate limit"}, 403), 60),
        (spent_up, 1_800),
    ],
)
async def test_a_host_that_wants_quiet_is_left_alone_until_then(
    answer: Answer, seconds: float
) -> None:
    hub = Scripted(answer)
    transport = hub.transport()
    for _ in range(2):
        with pytest.raises(Later) as caught:
            await transport.get("/x", ASKED)
        assert caught.value.until is not None
        assert abs((caught.value.until - soon(seconds)).total_seconds()) < 3
    assert len(hub.asked) == 1


async def test_a_short_pause_is_waited_for() -> None:
    hub = Scripted(told(status=429, Retry_After="1"), told({"fine": 1}))
    began = anyio.current_time()
    assert (await hub.transport().get("/x", SWEEP)).data == {"fine": 1}
    assert anyio.current_time() - began >= 0.9


async def test_a_forbidden_thing_is_no_pause() -> None:
    hub = Scripted(limited(4_000, 403))
    transport = hub.transport()
    assert (await transport.get("/x", ASKED)).status == 403
    assert transport.ledger.snapshot(transport.clock()).pauses == ()


async def test_times_are_by_the_hosts_clock() -> None:
    """The host's clock is an hour ahead: a bucket that is refilled in a minute is so here too."""
    ahead = soon(3_600)
    date = format_datetime(ahead, usegmt=True)
    hub = Scripted(limited(4_000, 200, ahead + timedelta(seconds=60), Date=date))
    transport = hub.transport()
    await transport.get("/x", SWEEP)
    resets_at = transport.ledger.snapshot(transport.clock()).buckets[0].resets_at
    assert resets_at is not None
    assert abs((resets_at - soon(60)).total_seconds()) < 3
    assert abs((transport.host_now - ahead).total_seconds()) < 3


async def test_a_host_that_is_down_is_not_asked_for_every_question() -> None:
    now = [datetime(2026, 11, 24, tzinfo=UTC)]
    hub = Scripted(httpx2.ConnectError("refused"))
    transport = hub.transport(clock=lambda: now[0])
    for _ in range(60):
        with pytest.raises(HostError, match=r"can't be reached"):
            await transport.get("/x", SWEEP)
        now[0] += timedelta(minutes=1) / 4
    assert len(hub.asked) <= 3 * 20
    before = len(hub.asked)
    with pytest.raises(HostError, match=r"can't be reached"):
        await transport.get("/x", ASKED)
    assert len(hub.asked) > before
    hub.answers = type(hub.answers)([told({"fine": 1})])
    now[0] += timedelta(minutes=2)
    assert (await transport.get("/x", SWEEP)).data == {"fine": 1}


async def test_redirects_stay_on_the_host() -> None:
    hub = Scripted(told(status=301, Location="/repositories/7"), told({"name": "new"}))
    assert (await hub.transport().get("/repos/a/old", SWEEP)).data == {"name": "new"}
    assert hub.paths[1] == "/repositories/7"
    assert hub.asked[1].headers["Authorization"]
    for away in ("https://evil.example/x", "http://api.github.com/x"):
        hub = Scripted(told(status=302, Location=away))
        with pytest.raises(HostError, match="another host"):
            await hub.transport().get("/x", SWEEP)
        assert len(hub.asked) == 1
    hub = Scripted(told(status=302, Location="/x"))
    with pytest.raises(HostError, match="circle"):
        await hub.transport().get("/x", SWEEP)


async def test_a_page_that_the_host_names_must_be_its_own() -> None:
    hub = Scripted(told({}))
    with pytest.raises(HostError, match="another host"):
        await hub.transport().get("https://evil.example/x?page=2", SWEEP)
    assert not hub.asked


async def test_a_log_on_another_host_is_read_without_the_token() -> None:
    hub = Scripted(
        told(status=302, Location="https://logs.example/1?sig=x"),
        httpx2.Response(200, content=b"line\n"),
    )
    async with hub.transport().pour("/log", SWEEP) as (reply, chunks):
        assert reply.status == 200
        assert b"".join([chunk async for chunk in chunks]) == b"line\n"
    assert "Authorization" in hub.asked[0].headers
    assert "Authorization" not in hub.asked[1].headers
    hub = Scripted(told(status=302, Location="http://logs.example/1"))
    with pytest.raises(HostError, match="without encryption"):
        async with hub.transport().pour("/log", SWEEP):
            pass


@pytest.mark.parametrize(
    "place",
    [
        *("127.0.0.1", "localhost", "LOCALHOST.", "a.localhost", "[::1]", "[::]", "2130706433"),
        *("0x7f.1", "[::ffff:127.0.0.1]", "169.254.169.254", "[fe80::1]"),
    ],
)
async def test_a_log_is_not_fetched_from_this_machine(place: str) -> None:
    hub = Scripted(told(status=302, Location=f"https://{place}/latest/meta-data"), told())
    with pytest.raises(HostError, match="leads to this machine"):
        async with hub.transport().pour("/log", SWEEP):
            pass
    assert len(hub.asked) == 1
    double = Scripted(told(status=302, Location="http://127.0.0.1:9/log"), told())
    address = HostAddress.of("http://127.0.0.1:8000")
    async with double.transport(address=address).pour("/log", SWEEP) as (reply, _):
        assert reply.status == 200


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(200, headers={"Content-Length": str(25 << 20)}, content=b"[]"),
        httpx2.Response(
            200,
            headers={"Content-Encoding": "gzip"},
            content=gzip.compress(b" " * (LARGEST + 1)),
        ),
    ],
)
async def test_an_answer_of_25_megabytes_is_refused(answer: httpx2.Response) -> None:
    hub = Scripted(answer)
    with pytest.raises(TooLarge):
        await hub.transport().get("/x", SWEEP)
    assert len(hub.asked) == 1


async def test_an_answer_that_is_nested_too_deeply_is_no_json() -> None:
    hub = Scripted(httpx2.Response(200, content=b"[" * 200_000))
    with pytest.raises(Overloaded):
        await hub.transport().get("/x", SWEEP)


async def test_background_stops_where_the_budget_is_low_and_a_person_still_gets_an_answer() -> None:
    hub = Scripted(limited(600, 200))
    transport = hub.transport()
    await transport.get("/x", ASKED)
    with pytest.raises(Later) as caught:
        await transport.get("/x", Spend("runs", Priority.ROUTINE))
    assert caught.value.until is not None
    assert (await transport.get("/x", ASKED)).status == 200


@pytest.mark.parametrize(("spend", "expected"), [(ASKED, 8), (SWEEP, 6)])
async def test_some_of_eight_requests_in_flight_are_kept_for_who_waits(
    spend: Spend, expected: int
) -> None:
    flying, most = 0, 0

    async def slow(request: httpx2.Request) -> httpx2.Response:
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        await anyio.sleep(0.01)
        flying -= 1
        return told({})

    hub = Scripted()
    hub.client = lambda: httpx2.AsyncClient(transport=httpx2.MockTransport(slow))  # type: ignore[method-assign]  # a host that takes its time
    transport = hub.transport()
    async with anyio.create_task_group() as tasks:
        for number in range(40):
            tasks.start_soon(transport.get, f"/{number}", spend)
    assert most == expected
