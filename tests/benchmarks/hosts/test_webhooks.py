"""From a webhook's arrival to whoever listens, while a large fleet is being refreshed."""

import json
import secrets
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import httpx2
from anyio.abc import SocketAttribute, SocketStream
from tests.benchmarks import listeners
from tests.benchmarks.bench import Bench, opsroom
from tests.benchmarks.hosts.doubles import REAL, Double, double
from tests.benchmarks.listeners import Audience, Connect
from tests.benchmarks.measure import Figure, Series, Table, shown

SSE, HTTP = "SSE, as the page listens", "MCP over HTTP, 2026-07-28"
CROWD = 200
ROUNDS = 30
"""Builds that are begun anew for each way of listening, each in another repository."""

LIVELY = 24
"""The repositories that come first have lives of their own."""

APART = 1.5
"""Seconds between two of them: a resource is announced at most once a second."""

LIMIT, ROADMAP = 300.0, 2_000.0
FIRST = 900.0
"""Seconds for the first round over everything."""

OWNER = "homelab"


@dataclass(frozen=True, slots=True)
class Way:
    """One way of listening, by so many at once."""

    name: str
    size: int
    connect: Connect


@dataclass
class Beside:
    """Somebody else whom the host tells too: when each webhook comes."""

    port: int = 0
    arrived: dict[str, float] = field(default_factory=dict[str, float])

    async def answer(self, stream: SocketStream) -> None:
        """Take one request, and say 202."""
        async with stream:
            seen = b""
            while b"\r\n\r\n" not in seen:
                seen += await stream.receive()
            head, _, body = seen.partition(b"\r\n\r\n")
            now = time.perf_counter()
            lines = head.decode().lower().split("\r\n")
            headers = dict(line.split(": ", 1) for line in lines[1:])
            while len(body) < int(headers["content-length"]):
                body += await stream.receive()
            if headers["x-github-event"] == "workflow_run":
                name = json.loads(body)["repository"]["full_name"]
                self.arrived.setdefault(name, now)
            await stream.send(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")


@asynccontextmanager
async def beside() -> AsyncGenerator[Beside]:
    """Listen beside the centre."""
    one = Beside()
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    one.port = listener.extra(SocketAttribute.local_port)  # noqa: S610  # anyio's, not Django's
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, one.answer)
        yield one
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def centre(bench: Bench, one: Double, secret: str) -> AsyncGenerator[int]:
    """A centre that watches the organisation in the double; gives its port."""
    environment = bench.environment("webhooks")
    token, key = bench.scratch / "host.token", bench.scratch / "webhook.secret"
    token.write_text(one.token)
    key.write_text(secret)
    for file in (token, key):
        file.chmod(0o600)
    config = bench.scratch / "webhooks.toml"
    config.write_text(
        f'[[source]]\nkind = "github"\nowner = "{OWNER}"\nbase_url = "{one.github}"\n'
        f'token = "file:{token}"\nwebhook_secret = "file:{key}"\n'
    )
    command = opsroom("serve", "--port", "0", "--config", config)
    async with await anyio.open_process(command, env=environment, stdin=None) as process:
        try:
            assert process.stderr is not None
            told = await listeners.until(process.stderr, b"/\n")
            port = int(told.decode().rpartition(":")[2].strip("/\n"))
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_drain, process.stderr)
                yield port
                tasks.cancel_scope.cancel()
        finally:
            process.terminate()


async def _drain(stream: listeners.Source) -> None:
    while True:
        await stream.receive()


async def listed(port: int, count: int) -> None:
    """Wait until everything is known by a sweep; from then on it is looked at in full."""
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
        with anyio.fail_after(FIRST):
            while (await http.get("/api/summary")).json()["repositories"] < count:
                await anyio.sleep(0.2)


def refreshed(port: int) -> int:
    """How many were looked at in full until now."""
    found = httpx2.get(f"http://127.0.0.1:{port}/api/summary", timeout=60).json()
    fresh: int = found["coverage"]["fresh"]
    return fresh


def hook(http: httpx2.Client, url: str, secret: str) -> None:
    """Have the host tell a place of everything."""
    config = {"url": url, "content_type": "json", "secret": secret}
    said = {"name": "web", "active": True, "events": ["*"], "config": config}
    http.post(f"/orgs/{OWNER}/hooks", json=said).raise_for_status()


def rerun(http: httpx2.Client, name: str) -> None:
    """Begin a build of a repository's head anew, so that the state of its CI moves."""
    branch = http.get(f"/repos/{name}/branches/main").raise_for_status().json()
    head = branch["commit"]["sha"]
    path = f"/repos/{name}/actions/runs"
    wanted = {"status": "completed", "head_sha": head}
    runs = http.get(path, params=wanted).raise_for_status().json()
    number = runs["workflow_runs"][0]["id"]
    http.post(f"{path}/{number}/rerun").raise_for_status()


async def latencies(way: Way, ear: Beside, http: httpx2.Client, names: Sequence[str]) -> Series:
    """Seconds from the arrival of each webhook to each listener."""
    audience = Audience(way.size)
    taken: list[float] = []
    uris = [f"opsroom://repos/{name}" for name in names]
    async with AsyncExitStack() as stack, anyio.create_task_group() as tasks:
        for _ in range(way.size):
            source = await way.connect(stack, uris)
            tasks.start_soon(audience.hear, source)
        for name in names:
            ear.arrived.pop(name, None)
            about = f'"repository":"{name}"'
            audience.listen_for(about if way.name == SSE else f"opsroom://repos/{name}")
            await anyio.to_thread.run_sync(rerun, http, name)
            with anyio.fail_after(60):
                await audience.everybody.wait()
                while name not in ear.arrived:
                    await anyio.sleep(0.01)
            taken += [max(0.0, heard - ear.arrived[name]) for heard in audience.heard]
            await anyio.sleep(APART)
        tasks.cancel_scope.cancel()
    return Series(tuple(taken))


async def measure(bench: Bench, one: Double, count: int) -> tuple[dict[Way, Series], int]:
    """Both ways, one listener and a crowd, during the first round of full looks.

    Also how many had been looked at when it was over.
    """
    rounds, crowd = bench.size(ROUNDS, 3), bench.size(CROWD, 10)
    secret = secrets.token_hex(16)
    names = iter(building(one))
    taken: dict[Way, Series] = {}
    one.post("/manners", REAL)
    async with beside() as ear, centre(bench, one, secret) as port:
        await listed(port, count)
        headers = {"Authorization": f"Bearer {one.token}"}
        with httpx2.Client(base_url=one.github, headers=headers, timeout=60) as http:
            hook(http, f"http://127.0.0.1:{port}/webhooks/github", secret)
            hook(http, f"http://127.0.0.1:{ear.port}/", secret)
            ways = {SSE: listeners.events(port), HTTP: listeners.http_modern(port)}
            for name, connect in ways.items():
                for size in (crowd, 1):
                    way = Way(name, size, connect)
                    some = [next(names) for _ in range(rounds)]
                    taken[way] = await latencies(way, ear, http, some)
        return taken, refreshed(port)


def building(one: Double) -> list[str]:
    """The repositories whose builds of their head have ended, and in which nobody works."""
    return [
        each["name"]
        for each in one.truth()[LIVELY:]
        if each["ci"] in ("passing", "failing")
        and each["name"].startswith(f"{OWNER}/")
        and not each["archived"]
    ]


def test_webhooks(bench: Bench) -> None:
    with double(bench, bench.size(1_000, 40)) as one:
        count = sum(each["name"].startswith(f"{OWNER}/") for each in one.truth())
        taken, looked = anyio.run(measure, bench, one, count)
    percent = bench.size(99, 50)
    bench.report(
        Table(
            title=f"From a webhook to who listens, while {count:,} repositories are refreshed",
            source=Path(__file__).stem,
            figures=[
                Figure(
                    f"p{percent}, {way.name}, {way.size} listener{'s' * (way.size > 1)}",
                    series.percentile(percent) * 1000,
                    "ms",
                    LIMIT,
                )
                for way, series in taken.items()
            ],
            columns=("way", "listeners", "p50", "p99", "webhooks"),
            sides=[
                (
                    way.name,
                    str(way.size),
                    shown(series.percentile(50) * 1000, "ms"),
                    shown(series.percentile(99) * 1000, "ms"),
                    str(len(series.values) // way.size),
                )
                for way, series in taken.items()
            ],
            note=(
                "A build is begun anew at the double, which tells the centre and somebody beside "
                "it; the clock starts when it comes to that one. Meanwhile the first round of full "
                f"looks goes on, against a double as slow as GitHub: {looked:,} had been looked at "
                f"in the end. The roadmap's limit is {ROADMAP / 1000:g} s."
            ),
        )
    )
