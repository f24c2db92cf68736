"""Centres for tests: the application over a real room in this process, or the whole in its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import httpx2
import uvicorn
from starlette.applications import Starlette

from opsroom.operations.room import Room
from opsroom.serve.web.app import build_app
from opsroom.settings import Settings

PORT = 8723
HOME = f"http://127.0.0.1:{PORT}"
STARTS_WITHIN = 20.0


def client(app: Starlette, base: str = HOME, **more: Any) -> httpx2.AsyncClient:
    """Ask the application without a socket. Its own faults are answers, as over one."""
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url=base, **more)


@asynccontextmanager
async def listening(room: Room, settings: Settings) -> AsyncGenerator[str]:
    """The application on a real socket of loopback; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        port = listener.getsockname()[1]
        server = settings.server.model_copy(update={"port": port})
        app = build_app(room, settings.model_copy(update={"server": server}))
        config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
        running = uvicorn.Server(config)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(running.serve, [listener])
            while not running.started:
                await anyio.sleep(0.01)
            yield f"http://127.0.0.1:{port}"
            running.should_exit = True


@dataclass
class Centre:
    """`opsroom serve` in a process of its own, with settings in a file."""

    folder: Path
    settings: str
    port: int = 0
    page: str = ""
    process: "subprocess.Popen[str] | None" = field(default=None)

    def start(self) -> None:
        """Start, and wait until the page can be asked for."""
        config = self.folder / "opsroom.toml"
        config.write_text(self.settings)
        command = [sys.executable, "-m", "opsroom", "serve", "--config", str(config)]
        self.process = subprocess.Popen(
            [*command, "--home", str(self.folder / "store"), "--port", str(self.port)],
            cwd=self.folder,
            env={**os.environ, "HOME": str(self.folder)},
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr is not None
        said: list[str] = []
        for line in self.process.stderr:
            said.append(line)
            if found := re.search(r"opsroom is at http://[^:]+:(\d+)(\S*)", line):
                self.port = int(found[1])
                self.page = f"http://127.0.0.1:{self.port}{found[2]}"
                return
        raise AssertionError(f"the centre did not start: {''.join(said)}")

    def kill(self) -> None:
        """End it without a word, as a crash does."""
        self._end(signal.SIGKILL)

    def stop(self) -> str:
        """End it in order; gives what it logged."""
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> str:
        if self.process is None:
            return ""
        self.process.send_signal(how)
        _, said = self.process.communicate(timeout=STARTS_WITHIN)
        self.process = None
        return said

    def looked(self) -> None:
        """Wait until the first look is over."""
        until = time.monotonic() + STARTS_WITHIN
        with httpx2.Client(base_url=self.page) as asking:
            while asking.get("readyz").status_code != 200:
                assert time.monotonic() < until, "no first look"
                time.sleep(0.05)


@contextmanager
def centre(folder: Path, settings: str) -> Generator[Centre]:
    """A running centre; `settings` is the text of its file."""
    one = Centre(folder, settings)
    try:
        one.start()
        yield one
    finally:
        one.stop()
