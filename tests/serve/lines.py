"""Opsroom's servers as real processes, and what a client over any transport and era hears."""

import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
from anyio.abc import Process
from anyio.streams.text import TextReceiveStream
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

PATIENCE = 4.0
PROGRAM = [sys.executable, "-m", "opsroom"]


def environment(home: Path, **more: str) -> dict[str, str]:
    """What a program is given: the user's own folders, and a home for the store."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "OPSROOM_HOME": str(home), "PYTHONWARNINGS": "default", **more}


@dataclass
class Line:
    """One JSON-RPC connection over the pipes of a process, spoken raw."""

    process: Process
    heard: list[str] = field(default_factory=list[str])
    _rest: str = ""
    _number: int = 0

    async def send(self, message: Mapping[str, Any]) -> None:
        assert self.process.stdin
        await self.process.stdin.send(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")

    async def read(self) -> dict[str, Any]:
        """The next message; anything else on stdout fails to parse."""
        assert self.process.stdout
        while "\n" not in self._rest:
            self._rest += (await self.process.stdout.receive()).decode()
        line, _, self._rest = self._rest.partition("\n")
        self.heard.append(line)
        message: dict[str, Any] = json.loads(line)
        assert message["jsonrpc"] == "2.0"
        return message

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        await self.send({"id": self._number, "method": method, "params": params})
        while (message := await self.read()).get("id") != self._number:
            pass
        return message

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        answer = await self.ask("tools/call", name=tool, arguments=arguments)
        result: dict[str, Any] = answer["result"]
        return result

    async def shake_hands(self, version: str = "2025-06-18") -> dict[str, Any]:
        answer = await self.ask(
            "initialize",
            protocolVersion=version,
            capabilities={},
            clientInfo={"name": "raw", "version": "1"},
        )
        await self.send({"method": "notifications/initialized"})
        return answer


@asynccontextmanager
async def spoken(
    *arguments: str, home: Path, cwd: Path | None = None, **env: str
) -> AsyncGenerator[Line]:
    """`opsroom stdio` with raw JSON-RPC on its pipes; killed at the end if it still runs."""
    process = await anyio.open_process(
        [*PROGRAM, "stdio", *arguments], cwd=cwd, env=environment(home, **env)
    )
    try:
        yield Line(process)
    finally:
        with anyio.CancelScope(shield=True):
            if process.returncode is None:
                process.kill()
            await process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                assert stream
                await stream.aclose()


async def complaints(process: Process) -> str:
    """All that a process that has ended wrote to stderr."""
    assert process.stderr
    return "".join([text async for text in TextReceiveStream(process.stderr)])


@asynccontextmanager
async def serving(*arguments: str, home: Path, **env: str) -> AsyncGenerator[tuple[Process, str]]:
    """A running `opsroom serve`, and the address of its page."""
    process = await anyio.open_process(
        [*PROGRAM, "serve", "--port", "0", *arguments], env=environment(home, **env)
    )
    try:
        assert process.stderr
        said = ""
        with anyio.fail_after(15):
            async for text in TextReceiveStream(process.stderr):
                said += text
                if "opsroom is at " in said and said.endswith("\n"):
                    break
        page = said.partition("opsroom is at ")[2].split()[0]
        yield process, page
    finally:
        with anyio.CancelScope(shield=True):
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
            await process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                assert stream
                await stream.aclose()


def stdio_of(folder: Path, home: Path, *arguments: str) -> StdioServerParameters:
    return StdioServerParameters(
        command=PROGRAM[0],
        args=[*PROGRAM[1:], "stdio", *arguments, str(folder)],
        env=environment(home),
    )


def client_of(server: Any, era: str, **more: Any) -> Client:
    """A client of that era, without a cache, over pipes, an address, or in memory."""
    if isinstance(server, str):
        server = streamable_http_client(server)
    return Client(server, mode=era, cache=None, **more)


ERAS = ("auto", "legacy")


def kinds_of(messages: Iterable[Mapping[str, Any]]) -> list[str]:
    return [message["method"] for message in messages if "method" in message]
