"""The centre: page, event streams and MCP over HTTP, from one process, over one room."""

import logging
import signal
import socket
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette

from opsroom.errors import UsageError
from opsroom.operations.room import Room
from opsroom.serve.bus import Announcer, Bus
from opsroom.serve.mcp import build_server
from opsroom.serve.web.app import build_app
from opsroom.serve.web.handshake import Handshake
from opsroom.serve.web.tokens import approver_token, server_token
from opsroom.settings import Settings

log = logging.getLogger("opsroom.centre")

GRACE = 3
"""Seconds that open streams get to end when the centre stops."""


SIGNALS = (signal.SIGINT, signal.SIGTERM)


def build_centre(room: Room, settings: Settings) -> Starlette:
    """The whole centre as one ASGI application; the room is entered before it serves."""
    bus = Bus()
    server = build_server(room, bus)
    # Host and Origin are checked for every route alike by the application around it.
    mcp = server.streamable_http_app(
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False)
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        room.tasks.start_soon(Announcer(room, bus).run)
        async with server.session_manager.run():
            yield

    return build_app(room, settings, mcp, lifespan)


async def run_centre(settings: Settings, *, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT. `ready` is told the page's address once it answers.

    Raises:
        SettingsError: the token can't be kept or is not private.
        StoreError: the store can't be opened.
        UsageError: the address can't be listened on.
    """
    with _listening(settings.server.host, settings.server.port) as listener:
        server_token(settings)
        approver_token(settings)
        room = Room(settings, scans=True)
        host, port = listener.getsockname()[:2]
        server = settings.server.model_copy(update={"port": port})
        settings = settings.model_copy(update={"server": server})
        config = uvicorn.Config(
            build_centre(room, settings),
            ws=Handshake,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(server.trusted_proxies),
            forwarded_allow_ips=list(server.trusted_proxies),
            timeout_graceful_shutdown=GRACE,
        )
        shown = f"[{host}]" if ":" in host else host
        page = server.public_url or f"http://{shown}:{port}{server.base_path}"
        centre = _Centre(config, lambda: ready(f"{page}/"))
        with centre.stopped_by_signals():
            async with room:
                await room.open()
                if not centre.should_exit:
                    await centre.serve(sockets=[listener])


class _Centre(uvicorn.Server):
    """A server that tells when it answers, and that a signal stops and nothing more."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    @contextmanager
    def stopped_by_signals(self) -> Generator[None]:
        """Until the end of the block SIGTERM and SIGINT only ask the server to stop.

        The block is the whole life of the store, which a signal would else leave open.
        """
        # The streams find the server that is stopping by the handler of SIGTERM.
        before = {number: signal.signal(number, self.handle_exit) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Do nothing: uvicorn would send a signal again once it has stopped, and so kill us."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does, then tell."""
        await super().startup(sockets)
        if self.started:
            self._ready()


def _listening(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host.strip("[]"), port), family=family, backlog=512)
    except OSError as error:
        raise UsageError(
            f"can't listen on {host}:{port}", f"{error.strerror}; choose another --port"
        ) from error
    # Connections take this over. asyncio sets it only on sockets that name their protocol, and
    # without it the body of an answer waits 40 ms for the client to acknowledge the head.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
