"""A raw JSON-RPC client over pipes, so that what is measured is the server and not its client."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from itertools import count
from threading import Timer
from typing import Any, Self

PATIENCE = 300.0
"""Seconds after which a server is killed, whatever it does."""

LEGACY = "2025-11-25"
MODERN = "2026-07-28"
CLIENT = {"name": "benchmark", "version": "1"}


class Pipe:
    """A server that runs, and one client of it. Leaving the context ends both."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._ids = count(1)
        self._watchdog = Timer(PATIENCE, self._process.kill)
        self._watchdog.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._watchdog.cancel()
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.wait(20)

    def request(self, method: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Ask, and give the result."""
        number = next(self._ids)
        self._send({"id": number, "method": method, "params": params or {}})
        assert self._process.stdout is not None
        for line in self._process.stdout:
            message = json.loads(line)
            if message.get("id") == number:
                assert "result" in message, message
                result: dict[str, Any] = message["result"]
                return result
        raise AssertionError(f"the server ended before it answered {method}")

    def shake_hands(self) -> None:
        """As a client of the older protocol does."""
        hello = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": CLIENT}
        self.request("initialize", hello)
        self._send({"method": "notifications/initialized"})

    def call(self, tool: str, **arguments: object) -> dict[str, Any]:
        """One tool call; it must not be an error."""
        result = self.request("tools/call", {"name": tool, "arguments": arguments})
        assert not result.get("isError"), result
        return result

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        self._process.stdin.flush()
