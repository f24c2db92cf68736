"""The centre's web application: page, data, streams, vitals and MCP behind one guard."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from opsroom.errors import OpsroomError
from opsroom.operations.hosts.intake import LARGEST_BODY
from opsroom.operations.room import Room
from opsroom.serve.web import data, events, page, refusals, vitals, webhooks
from opsroom.serve.web.access import Access
from opsroom.serve.web.feed import Feed
from opsroom.serve.web.security import Guard
from opsroom.serve.web.shared import Shared
from opsroom.settings import Settings

LARGEST_CALL = 4 * 1024 * 1024
"""Bytes of one MCP request."""

LARGEST_FORM = 16 * 1024
"""Bytes of the sign-in form."""

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


def build_app(
    room: Room,
    settings: Settings,
    mcp: ASGIApp | None = None,
    lifespan: Lifespan | None = None,
) -> Starlette:
    """The application over a room; `mcp` serves `/mcp` as the ASGI application that it is.

    Run it without uvicorn's access log (addresses hold filters and cursors) and without its
    `root_path`: the guard knows `server.base_path`.

    Raises:
        SettingsError: bound beyond loopback without a token (`tokens.server_token` makes one).
    """
    access = Access.of(settings)
    app = Starlette(
        routes=_routes(mcp),
        middleware=[
            Middleware(Guard, access=access, base_path=settings.server.base_path),
            Middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_CALL),
        ],
        exception_handlers=_handlers(),
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    app.state.shared = Shared(room, Feed(room), access)
    return app


def _routes(mcp: ASGIApp | None) -> list[BaseRoute]:
    routes: list[BaseRoute] = [
        Route("/", page.page),
        Route("/sign-in", page.sign_in_page, methods=["GET"]),
        Route("/sign-in", page.sign_in, methods=["POST"], max_body_size=LARGEST_FORM),
        Route("/sign-in.css", page.sign_in_style),
        Route("/sign-out", page.sign_out, methods=["POST"]),
        Mount("/static", page.Static(directory=page.STATIC)),
        Route("/events", events.events),
        WebSocketRoute("/ws", events.socket),
        Route("/api/fleet", data.fleet),
        Route("/api/events", data.recent),
        Route("/api/summary", data.numbers),
        Route("/api/risk", data.risks),
        Route("/api/graph", data.graph),
        Route("/api/sarif", data.sarif),
        Route("/api/repositories/{name:path}", data.repository),
        Route(
            "/webhooks/github",
            webhooks.Webhooks().take,
            methods=["POST"],
            max_body_size=LARGEST_BODY,
        ),
        Route("/healthz", vitals.alive),
        Route("/readyz", vitals.ready),
        Route("/metrics", vitals.metrics),
    ]
    return [*routes, Route("/mcp", _Whole(mcp), name="mcp")] if mcp else routes


class _Whole:
    """An ASGI application in a route's place, also one that is a mere function."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


def _handlers() -> dict[Any, Any]:
    return {
        OpsroomError: refusals.on_error,
        HTTPException: refusals.on_status,
        Exception: refusals.on_crash,
    }
