"""The guard before every route: path, Host, Origin, token, and the headers of every answer."""

from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from opsroom.serve.web.access import Access
from opsroom.serve.web.headers import SECURITY_HEADERS
from opsroom.serve.web.refusals import refusal

LONGEST_URL = 8_000
"""Characters of path and query together."""

OPEN = ("", "/healthz", "/sign-in", "/sign-in.css", "/webhooks/github")
"""What needs no token: liveness, the way in, the base path, which leads to the page, and webhooks,
which prove by a signature who sent them."""

READING = ("GET", "HEAD", "OPTIONS")


class Guard:
    """ASGI middleware that lets through what the rules of access allow."""

    def __init__(self, app: ASGIApp, access: Access, base_path: str = "") -> None:
        self._app = app
        self._access = access
        self._base = base_path.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer why not."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        path = self._within(scope)
        refused = self._refused(scope, path)
        answer: ASGIApp = self._app
        if refused is not None:
            answer = refused if _can_refuse(scope) else _closed
        elif not path:
            answer = RedirectResponse(f"{self._base}/")
        await answer(scope, receive, _with_headers(send))

    def _within(self, scope: Scope) -> str:
        """The path below the base path, whether a proxy left that in place or took it off."""
        path: str = scope["path"]
        if self._base and (path == self._base or path.startswith(f"{self._base}/")):
            scope["root_path"] = self._base
            return path[len(self._base) :]
        return path

    def _refused(self, scope: Scope, path: str) -> Response | None:
        """Why not, or None. A wrong Host learns nothing but that."""
        headers = Headers(scope=scope)
        listening = (scope.get("server") or (None, None))[1]
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._access.knows_host(hosts[0], listening):
            return refusal(
                HTTPStatus.MISDIRECTED_REQUEST,
                "this is not a name of this centre",
                "add the name to server.allowed_hosts in opsroom.toml",
            )
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_URL:
            return refusal(HTTPStatus.REQUEST_URI_TOO_LONG, "the address is too long")
        changes = scope["type"] == "websocket" or scope["method"] not in READING
        if not self._access.knows_origin(headers, changes=changes):
            return refusal(
                HTTPStatus.FORBIDDEN,
                "another site sent this request",
                "open the page of this centre itself; behind a proxy set server.public_url",
            )
        if path not in OPEN and not self._access.proves(headers):
            return _unproved(scope, path)
        return None


def _unproved(scope: Scope, path: str) -> Response:
    wants_page = "text/html" in HTTPConnection(scope).headers.get("accept", "")
    if path == "/" and wants_page:
        return Response(status_code=HTTPStatus.SEE_OTHER, headers={"Location": "sign-in"})
    return refusal(
        HTTPStatus.UNAUTHORIZED,
        "this needs the token of the centre",
        "send it as `Authorization: Bearer TOKEN`, or sign in on the page",
        {"WWW-Authenticate": "Bearer"},
    )


def _can_refuse(scope: Scope) -> bool:
    """Whether the server can answer with a body: always, but for an old WebSocket server."""
    return scope["type"] == "http" or "websocket.http.response" in scope.get("extensions", {})


async def _closed(_: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 1008, "reason": ""})


def _with_headers(send: Send) -> Send:
    """Send with the security headers that the answer doesn't set itself."""

    async def sending(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sending
