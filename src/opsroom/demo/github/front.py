"""What stands before every route: who asks, limits, faults, latency, ETags and headers."""

import hashlib
import json
import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from opsroom.demo.github.auth import identify
from opsroom.demo.github.courier import Courier
from opsroom.demo.github.enterprise import lacks
from opsroom.demo.github.faults import Fault, Faults
from opsroom.demo.github.graphql.endpoint import GraphEndpoint
from opsroom.demo.github.identity import Asker
from opsroom.demo.github.limits import Quota, RateLimits, Resource
from opsroom.demo.github.objects import MissingObject
from opsroom.demo.github.refusals import Refusal, not_found
from opsroom.demo.github.rest.call import Answer, Call, Moved
from opsroom.demo.github.rest.table import Found, Table
from opsroom.demo.github.urls import Json, Urls, quoted
from opsroom.demo.github.world import World

PREFIX = "/api/v3"
BUSY = b'{"message": "Server Error"}'
MUCH = 25 * 1024 * 1024
WRITE_POINTS = 5


@dataclass
class Manners:
    """How slow the double is, and how wrong its clock: seconds.

    `graphql` says whether GraphQL takes as long as its model says (`scale` times that).
    """

    rest: float = 0.0
    graphql: bool = False
    scale: float = 1.0
    skew: timedelta = field(default_factory=timedelta)


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a request arrived: its path without the prefix of an Enterprise server."""

    path: str
    enterprise: bool
    urls: Urls


class Front:
    """Answers requests for a world."""

    def __init__(
        self, world: World, courier: Courier, limits: RateLimits, faults: Faults, manners: Manners
    ) -> None:
        self.world = world
        self.courier = courier
        self.limits = limits
        self.faults = faults
        self.manners = manners
        self.graph = GraphEndpoint(world, seed=world.seed)
        self._table = Table()
        self._ids = random.Random(world.seed)  # noqa: S311 - names of requests, no secret
        self._threads = anyio.CapacityLimiter(16)
        self._lock = threading.Lock()

    async def rest(self, request: Request) -> Response:
        """Answer a request to REST."""
        write = request.method not in ("GET", "HEAD")
        self._count(rest=1, writes=int(write))
        fault = self.faults.draw(write=write)
        early = await self._fail(fault)
        if early is not None:
            return early
        await anyio.sleep(self.manners.rest)
        raw = await request.body()
        reached = self._reached(request)
        response = await anyio.to_thread.run_sync(
            self._rest, request, reached, raw, limiter=self._threads
        )
        return self._spoil(response, fault)

    def _reached(self, request: Request) -> Reached:
        path = str(request.scope["path"])
        enterprise = path.startswith("/api/")
        root = str(request.base_url).rstrip("/")
        inside = path.removeprefix(PREFIX) if enterprise else path
        return Reached(inside.rstrip("/") or "/", enterprise, Urls.of(root, enterprise=enterprise))

    async def graphql(self, request: Request) -> Response:
        """Answer `POST /graphql`."""
        reached = self._reached(request)
        self._count(graphql=1)
        raw = await request.body()
        mutates = _mutates(raw)
        fault = self.faults.draw(write=mutates)
        early = await self._fail(fault)
        if early is not None:
            return early
        headers: dict[str, str] = {}
        try:
            identity = await anyio.to_thread.run_sync(
                self._admit, request, reached, headers, mutates, limiter=self._threads
            )
            answer = await self.graph.answer(
                identity, reached.urls, self.limits, _parsed(raw), enterprise=reached.enterprise
            )
        except Refusal as refusal:
            return self._respond(reached, _refused(refusal), headers)
        if self.manners.graphql:
            await anyio.sleep(answer.seconds * self.manners.scale)
        self._count(graphql_points=answer.points, writes=int(mutates))
        if not reached.enterprise:
            headers |= _limit_headers(self.limits.bucket(identity.key, "graphql"), "graphql")
        body = Answer(answer.body, answer.status)
        return self._spoil(self._respond(reached, body, headers), fault)

    def _admit(
        self, request: Request, reached: Reached, headers: dict[str, str], mutates: bool
    ) -> Asker:
        """Who asks GraphQL; a mutation counts as more towards what is too much in a minute."""
        identity = self._identity(request, headers)
        if identity.anonymous:
            raise Refusal(401, "This endpoint requires you to be authenticated.")
        if mutates and not reached.enterprise:
            with self.world.lock:
                self.limits.hurry(identity.key, "graphql", WRITE_POINTS - 1)
                self.limits.create(identity.key)
        return identity

    async def _fail(self, fault: Fault | None) -> Response | None:
        if fault == "error":
            return Response(BUSY, 502, media_type="application/json")
        if fault == "timeout":
            await anyio.sleep(self.faults.patience)
            return Response(BUSY, 504, media_type="application/json")
        return None

    def _spoil(self, response: Response, fault: Fault | None) -> Response:
        """Lose an answer whose effect has happened, or half of it."""
        if fault == "after" and response.status_code < 300:
            return Response(BUSY, 502, media_type="application/json")
        if fault == "truncated" and len(response.body) > 2:
            half = bytes(response.body)[: len(response.body) // 2]
            return Response(half, response.status_code, media_type="application/json")
        return response

    def _identity(self, request: Request, headers: dict[str, str]) -> Asker:
        with self.world.lock:
            identity = identify(self.world, request.headers.get("authorization"))
        if identity.scopes is not None:
            headers["x-oauth-scopes"] = ", ".join(sorted(identity.scopes))
        token = identity.token
        if token is not None and token.expires_at is not None and token.kind != "installation":
            until = token.expires_at.strftime("%Y-%m-%d %H:%M:%S UTC")
            headers["github-authentication-token-expiration"] = until
        return identity

    def _rest(self, request: Request, reached: Reached, raw: bytes) -> Response:
        headers: dict[str, str] = {}
        identity: Asker | None = None
        try:
            identity = self._identity(request, headers)
            with self.world.lock:
                method = "GET" if request.method == "HEAD" else request.method
                found = self._find(method, reached.path)
            free = reached.enterprise or reached.path.startswith(("/rate_limit", "/_logs/"))
            if not free:
                self._charge(identity, request.method, found, headers)
            if found is None or (reached.enterprise and lacks(found[0])):
                raise not_found()
            answer = self._answer(request, reached, found, identity, raw, headers)
        except Refusal as refusal:
            answer = _refused(refusal)
        except MissingObject:
            answer = _refused(not_found())
        except Moved as moved:
            answer = _moved(request, reached, moved)
        response = self._respond(reached, answer, headers)
        if request.method == "GET" and answer.status == 200:
            response = self._unless_known(request, response, identity, reached)
        return response

    def _find(self, method: str, path: str) -> Found | None:
        """The route of a path; `/repositories/{id}/...` is as good as `/repos/{owner}/{name}`."""
        if path.startswith("/repositories/"):
            parts = path.split("/")
            number = int(parts[2]) if parts[2].isdecimal() else 0
            repository = self.world.repositories.get(number)
            if repository is None:
                return None
            path = "/".join(["", "repos", repository.full_name, *parts[3:]])
        return self._table.find(method, path)

    def _charge(
        self, identity: Asker, method: str, found: Found | None, headers: dict[str, str]
    ) -> None:
        with self.world.lock:
            try:
                self.limits.charge(identity.key, "core")
            finally:
                bucket = self.limits.bucket(identity.key, "core")
                headers |= _limit_headers(bucket, "core")
            write = method not in ("GET", "HEAD")
            self.limits.hurry(identity.key, "core", WRITE_POINTS if write else 1)
            if found is not None and found[0].content:
                self.limits.create(identity.key)

    def _answer(
        self,
        request: Request,
        reached: Reached,
        found: Found,
        identity: Asker,
        raw: bytes,
        headers: dict[str, str],
    ) -> Answer:
        endpoint, arguments = found
        call = Call(
            self.world,
            self.courier,
            identity,
            self.limits,
            reached.urls,
            request.method,
            reached.path,
            dict(request.query_params),
            arguments,
            _parsed(raw),
            reached.enterprise,
            request.headers.get("accept", ""),
            headers,
        )
        with self.world.lock:
            answered = endpoint.route(call)
        return answered if isinstance(answered, Answer) else Answer(answered)

    def _respond(self, reached: Reached, answer: Answer, headers: dict[str, str]) -> Response:
        body = answer.body
        if isinstance(body, str | bytes):
            content = body.encode() if isinstance(body, str) else body
            media = "text/plain; charset=utf-8"
        else:
            content = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
            media = "application/json; charset=utf-8"
        with self._lock:
            name = f"{self._ids.getrandbits(64):016X}"
        date = format_datetime(self.world.now() + self.manners.skew, usegmt=True)
        shown = {
            **headers,
            **answer.headers,
            "date": date,
            "x-github-request-id": name,
            "x-github-media-type": "github.v3; format=json",
            "server": "github.com",
        }
        if reached.enterprise:
            shown["x-github-enterprise-version"] = "3.17.0"
        response = Response(content, answer.status, shown)
        if content:
            response.headers.setdefault("content-type", media)
        return response

    def _unless_known(
        self, request: Request, response: Response, identity: Asker | None, reached: Reached
    ) -> Response:
        """Say 304 to whoever has this already. An ETag is good for one token alone."""
        token = identity.token.text if identity is not None and identity.token else ""
        mark = hashlib.sha256(token.encode() + b"\0" + bytes(response.body)).hexdigest()
        etag = f'W/"{mark}"'
        response.headers["etag"] = etag
        response.headers["cache-control"] = "private, max-age=60, s-maxage=60"
        response.headers["vary"] = "Accept, Authorization, Cookie, X-GitHub-OTP"
        known = request.headers.get("if-none-match", "")
        if etag.removeprefix("W/") not in [
            each.strip().removeprefix("W/") for each in known.split(",")
        ]:
            return response
        self._count(rest_304=1)
        if identity is not None and identity.token is not None and not reached.enterprise:
            with self.world.lock:
                self.limits.refund(identity.key, "core")
                fresh = _limit_headers(self.limits.bucket(identity.key, "core"), "core")
            response.headers.update(fresh)
        kept = {
            name: value
            for name, value in response.headers.items()
            if name not in ("content-length", "content-type")
        }
        return Response(None, 304, kept)

    def _count(self, **counted: int) -> None:
        with self._lock:
            for name, more in counted.items():
                setattr(self.world.stats, name, getattr(self.world.stats, name) + more)


def _refused(refusal: Refusal) -> Answer:
    return Answer(refusal.body(), refusal.status, refusal.headers)


def _moved(request: Request, reached: Reached, moved: Moved) -> Answer:
    """Where a repository is to be asked for that has another name now."""
    rest = "/".join(reached.path.split("/")[4:])
    at = f"{reached.urls.api}/repositories/{moved.number}{'/' if rest else ''}{quoted(rest)}"
    if request.url.query:
        at += f"?{request.url.query}"
    status = 301 if request.method in ("GET", "HEAD") else 307
    body: Json = {
        "message": "Moved Permanently" if status == 301 else "Temporary Redirect",
        "url": at,
        "documentation_url": "https://docs.github.com/rest/guides/best-practices",
    }
    return Answer(body, status, {"location": at})


def _mutates(raw: bytes) -> bool:
    """Whether a body asks for a mutation, as far as its first word says."""
    try:
        data: Any = json.loads(raw)
        return str(data["query"]).lstrip().startswith("mutation")
    except (ValueError, KeyError, TypeError):
        return False


def _parsed(raw: bytes) -> Json:
    """The body of a request as an object.

    Raises:
        Refusal: 400 or 413.
    """
    if len(raw) > MUCH:
        raise Refusal(413, "Payload too big")
    if not raw.strip():
        return {}
    try:
        data: Any = json.loads(raw)
    except ValueError as error:
        raise Refusal(400, "Problems parsing JSON") from error
    if isinstance(data, list):
        return {"": data}
    if not isinstance(data, Mapping):
        raise Refusal(400, "Body should be a JSON object")
    return dict(data)  # pyright: ignore[reportUnknownArgumentType]  # JSON's keys are text


def _limit_headers(bucket: Quota, resource: Resource) -> dict[str, str]:
    return {
        "x-ratelimit-limit": str(bucket.limit),
        "x-ratelimit-remaining": str(bucket.remaining),
        "x-ratelimit-used": str(bucket.used),
        "x-ratelimit-reset": str(int(bucket.resets_at.timestamp())),
        "x-ratelimit-resource": resource,
    }
