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
from opsroom.demo.github.faults import Fault, Faults
from opsroom.demo.github.graphql.endpoint import GraphEndpoint
from opsroom.demo.github.identity import Identity
from opsroom.demo.github.limits import Bucket, Limits, Resource
from opsroom.demo.github.objects import MissingObject
from opsroom.demo.github.refusals import Refusal, not_found
from opsroom.demo.github.rest.call import Answer, Call, Endpoint, Moved
from opsroom.demo.github.urls import Json, Urls
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


class Front:
    """Answers requests for a world."""

    def __init__(
        self, world: World, courier: Courier, limits: Limits, faults: Faults, manners: Manners
    ) -> None:
        self.world = world
        self.courier = courier
        self.limits = limits
        self.faults = faults
        self.manners = manners
        self.graph = GraphEndpoint(world, seed=world.seed)
        self._ids = random.Random(world.seed)  # noqa: S311 - names of requests, no secret
        self._threads = anyio.CapacityLimiter(16)
        self._lock = threading.Lock()

    async def rest(self, request: Request, endpoint: Endpoint | None) -> Response:
        """Answer a request to REST; without an endpoint there is nothing there."""
        write = request.method not in ("GET", "HEAD")
        self._count(rest=1, writes=int(write))
        fault = self.faults.draw(write=write)
        early = await self._fail(fault)
        if early is not None:
            return early
        await anyio.sleep(self.manners.rest)
        raw = await request.body()
        response = await anyio.to_thread.run_sync(
            self._rest, request, endpoint, raw, limiter=self._threads
        )
        return self._spoil(response, fault)

    async def graphql(self, request: Request) -> Response:
        """Answer `POST /graphql`."""
        enterprise = request.url.path.startswith("/api/")
        self._count(graphql=1)
        fault = self.faults.draw(write=False)
        early = await self._fail(fault)
        if early is not None:
            return early
        raw = await request.body()
        headers: dict[str, str] = {}
        try:
            identity = self._identity(request, headers)
            query = _parsed(raw)
            urls = self.urls(request, enterprise=enterprise)
            answer = await self.graph.answer(
                identity, urls, self.limits, query, enterprise=enterprise
            )
        except Refusal as refusal:
            return self._respond(request, _refused(refusal), headers)
        if self.manners.graphql:
            await anyio.sleep(answer.seconds * self.manners.scale)
        mutates = str(query.get("query") or "").lstrip().startswith("mutation")
        self._count(graphql_points=answer.points, writes=int(mutates))
        if not enterprise:
            headers |= _limit_headers(self.limits.bucket(identity.key, "graphql"), "graphql")
        body = Answer(answer.body, answer.status)
        return self._spoil(self._respond(request, body, headers), fault)

    def urls(self, request: Request, *, enterprise: bool) -> Urls:
        """Addresses as this client reaches the server."""
        return Urls.of(str(request.base_url).rstrip("/"), enterprise=enterprise)

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

    def _identity(self, request: Request, headers: dict[str, str]) -> Identity:
        with self.world.lock:
            identity = identify(self.world, request.headers.get("authorization"))
        if identity.scopes is not None:
            headers["x-oauth-scopes"] = ", ".join(sorted(identity.scopes))
        token = identity.token
        if token is not None and token.expires_at is not None and token.kind != "installation":
            until = token.expires_at.strftime("%Y-%m-%d %H:%M:%S UTC")
            headers["github-authentication-token-expiration"] = until
        return identity

    def _rest(self, request: Request, endpoint: Endpoint | None, raw: bytes) -> Response:
        enterprise = request.url.path.startswith(PREFIX)
        headers: dict[str, str] = {}
        identity: Identity | None = None
        try:
            identity = self._identity(request, headers)
            free = request.url.path.removeprefix(PREFIX) == "/rate_limit"
            if not enterprise and not free:
                self._charge(identity, request.method, endpoint, headers)
            answer = self._answer(request, endpoint, identity, raw, headers, enterprise=enterprise)
        except Refusal as refusal:
            answer = _refused(refusal)
        except MissingObject:
            answer = _refused(not_found())
        except Moved as moved:
            answer = self._moved(request, moved, enterprise=enterprise)
        response = self._respond(request, answer, headers)
        if request.method == "GET" and answer.status == 200:
            response = self._unless_known(request, response, identity, enterprise=enterprise)
        return response

    def _charge(
        self, identity: Identity, method: str, endpoint: Endpoint | None, headers: dict[str, str]
    ) -> None:
        with self.world.lock:
            try:
                self.limits.charge(identity.key, "core")
            finally:
                bucket = self.limits.bucket(identity.key, "core")
                headers |= _limit_headers(bucket, "core")
            write = method not in ("GET", "HEAD")
            self.limits.hurry(identity.key, "core", WRITE_POINTS if write else 1)
            if endpoint is not None and endpoint.content:
                self.limits.create(identity.key)

    def _answer(
        self,
        request: Request,
        endpoint: Endpoint | None,
        identity: Identity,
        raw: bytes,
        headers: dict[str, str],
        *,
        enterprise: bool,
    ) -> Answer:
        if endpoint is None:
            raise not_found()
        call = Call(
            self.world,
            self.courier,
            identity,
            self.limits,
            self.urls(request, enterprise=enterprise),
            request.method,
            request.url.path.removeprefix(PREFIX) if enterprise else request.url.path,
            dict(request.query_params),
            {name: str(value) for name, value in request.path_params.items()},
            _parsed(raw),
            enterprise,
            request.headers.get("accept", ""),
            headers,
        )
        with self.world.lock:
            answered = endpoint.route(call)
        return answered if isinstance(answered, Answer) else Answer(answered)

    def _moved(self, request: Request, moved: Moved, *, enterprise: bool) -> Answer:
        urls = self.urls(request, enterprise=enterprise)
        path = request.url.path.removeprefix(PREFIX) if enterprise else request.url.path
        rest = "/".join(path.split("/")[4:])
        at = f"{urls.api}/repositories/{moved.number}{'/' if rest else ''}{rest}"
        if request.url.query:
            at += f"?{request.url.query}"
        status = 301 if request.method in ("GET", "HEAD") else 307
        body: Json = {
            "message": "Moved Permanently" if status == 301 else "Temporary Redirect",
            "url": at,
            "documentation_url": "https://docs.github.com/rest/guides/best-practices",
        }
        return Answer(body, status, {"location": at})

    def _respond(self, request: Request, answer: Answer, headers: dict[str, str]) -> Response:
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
        if request.url.path.startswith("/api/"):
            shown["x-github-enterprise-version"] = "3.17.0"
        response = Response(content, answer.status, shown)
        if content:
            response.headers["content-type"] = media
        return response

    def _unless_known(
        self, request: Request, response: Response, identity: Identity | None, *, enterprise: bool
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
        if identity is not None and identity.token is not None and not enterprise:
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


def _limit_headers(bucket: Bucket, resource: Resource) -> dict[str, str]:
    return {
        "x-ratelimit-limit": str(bucket.limit),
        "x-ratelimit-remaining": str(bucket.remaining),
        "x-ratelimit-used": str(bucket.used),
        "x-ratelimit-reset": str(int(bucket.resets_at.timestamp())),
        "x-ratelimit-resource": resource,
    }
