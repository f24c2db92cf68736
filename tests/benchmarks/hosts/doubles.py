"""The double of GitHub in a process of its own, as slow as GitHub is, and what was asked of it."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from subprocess import DEVNULL, PIPE, Popen
from typing import Any

import httpx2
from tests.benchmarks.bench import Bench, opsroom

REAL = {"rest": 0.1, "graphql": True, "scale": 1.0}
"""Seconds of a REST call; GraphQL takes as long as its model says: 3 s for 20 full looks."""

QUICK: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Double:
    """Where it is. Its repositories do not change by themselves."""

    github: str
    token: str
    control: str
    owners: tuple[str, ...] = ("homelab", "kim")

    def post(self, path: str, said: object = None) -> Any:
        """Steer it."""
        answer = httpx2.post(f"{self.control}{path}", json=said, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def stats(self) -> dict[str, int]:
        """What was asked of it since the last reset."""
        found: dict[str, int] = httpx2.get(f"{self.control}/stats", timeout=60).json()
        return found

    def truth(self) -> list[dict[str, Any]]:
        """Every repository, as it is now."""
        found: list[dict[str, Any]] = httpx2.get(f"{self.control}/truth", timeout=300).json()[
            "repositories"
        ]
        return found


@contextmanager
def double(bench: Bench, count: int) -> Generator[Double]:
    """A double with so many repositories, which keep still."""
    command = opsroom("demo", "--double-only", "--json", "--port", "0", "--repos", str(count))
    environment = bench.environment("double")
    with Popen(command, env=environment, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            one = Double(told["github"], told["token"], told["control"])
            one.post("/life", {"speed": 0})
            yield one
        finally:
            process.terminate()
