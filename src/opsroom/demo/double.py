"""The double in a process of its own: fleet, life and server, until it is told to stop."""

import gc
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import anyio
import anyio.to_thread
import uvicorn

from opsroom.demo.archives import write_archives
from opsroom.demo.catalogue import ORGANISATION
from opsroom.demo.equip import equip
from opsroom.demo.fleet import claim
from opsroom.demo.github.app import CONTROL, build_hub
from opsroom.demo.github.world import World
from opsroom.demo.simulation import Simulation
from opsroom.demo.steering import steering
from opsroom.errors import UsageError

TOKEN = "host.token"  # noqa: S105 - the name of a file
TICK = 0.25
"""Seconds between two looks at what is due."""
GRACE = 2
WAITING = 512


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the double is, and with what one may ask it."""

    github: str
    owner: str
    token: str
    control: str


def listening(port: int, *, elsewhere: bool = False) -> socket.socket:
    """Take a port on loopback, 0 for any; `elsewhere`: another one if that is taken.

    Raises:
        UsageError: it is taken.
    """
    try:
        listener = socket.create_server(("127.0.0.1", port), backlog=WAITING)
    except OSError as error:
        if elsewhere:
            return listening(0)
        raise UsageError(
            f"can't listen on 127.0.0.1:{port}", f"{error.strerror}; choose another --port"
        ) from error
    # Connections take this over. asyncio sets it only on sockets that name their protocol, and
    # without it the body of an answer waits 40 ms for the client to acknowledge the head.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


async def run_double(
    root: Path,
    count: int,
    seed: int,
    listener: socket.socket,
    ready: Callable[[Addresses], None],
) -> None:
    """Build the fleet in `root`, or take it up, and serve until SIGTERM or SIGINT.

    Raises:
        UsageError: `root` holds another fleet, or something else.
    """
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    # since midnight: who asks for a seed again on the same day gets the same commits, too
    began = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    fleet = claim(root, count, seed, began)
    token = kept_secret(root / TOKEN, "ghp_")
    (root / "host").mkdir(exist_ok=True)
    world = World(root / "host", seed=seed, root=address)
    # what is built now stays: to look for garbage in it, now or later, costs seconds
    gc.disable()
    simulation = await anyio.to_thread.run_sync(Simulation, world, fleet, token)
    gc.freeze()
    gc.enable()
    simulation.town.remote = address
    await anyio.to_thread.run_sync(equip, simulation.town, token)
    published = simulation.town.published
    await anyio.to_thread.run_sync(write_archives, root, published, datetime.now(UTC))
    hub = build_hub(world, more_control=steering(simulation))
    simulation.listen()
    addresses = Addresses(address, ORGANISATION, token, f"{address}{CONTROL}")
    config = uvicorn.Config(
        hub.app,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=GRACE,
    )
    server = _Double(config, lambda: ready(addresses))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_live, simulation)
        await server.serve(sockets=[listener])
        tasks.cancel_scope.cancel()


async def _live(simulation: Simulation) -> None:
    while True:
        await anyio.to_thread.run_sync(simulation.advance)
        await anyio.sleep(TICK)


class _Double(uvicorn.Server):
    """A server that tells when it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does, then tell."""
        await super().startup(sockets)
        if self.started:
            self._ready()


def kept_secret(file: Path, prefix: str = "") -> str:
    """A secret that only the user can read, made at the first time."""
    if not file.is_file():
        file.touch(mode=0o600)
        file.write_text(f"{prefix}{secrets.token_hex(20)}\n", encoding="utf-8")
    return file.read_text(encoding="utf-8").strip()


def end_with_parent() -> None:
    """Stop this process as soon as nobody holds the other end of its standard input."""

    def watch() -> None:
        # not by way of sys.stdin: its lock would be held when the interpreter ends
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
