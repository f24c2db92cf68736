"""`fleet_status` over stdio when nothing changed: its time beside an empty tool, and its size."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.benchmarks.bench import Bench, bare_server, opsroom
from tests.benchmarks.measure import Figure, Side, Table, interleaved, seconds
from tests.benchmarks.pipe import Pipe

OURS, BARE = "`fleet_status`", "an empty tool of a bare `MCPServer`"
BYTES_A_TOKEN = 4
BUDGET = 1200


@pytest.fixture(scope="module")
def count(bench: Bench) -> int:
    """How many clones there are."""
    return bench.size(1000, 100)


@pytest.fixture(scope="module")
def server(bench: Bench, count: int) -> Iterator[Pipe]:
    """A server that has looked at all of them."""
    bench.clones(count)
    command = opsroom("stdio", bench.folder(count))
    with Pipe(command, bench.environment("status")) as server:
        server.shake_hands()
        while server.call("fleet_status")["structuredContent"]["note"]:
            time.sleep(0.2)
        yield server


def of_call(server: Pipe, tool: str) -> Side:
    """One call of a tool without arguments."""

    def side() -> float:
        begun = time.perf_counter()
        server.call(tool)
        return time.perf_counter() - begun

    return side


def tokens(answer: dict[str, Any]) -> int:
    """Size of an answer: its text, and its data without white space."""
    text = "".join(part["text"] for part in answer["content"])
    data = json.dumps(answer["structuredContent"], ensure_ascii=False, separators=(",", ":"))
    return -(-len((text + data).encode()) // BYTES_A_TOKEN)


def test_fleet_status_is_short(bench: Bench, server: Pipe, count: int) -> None:
    answer = server.call("fleet_status")
    status = answer["structuredContent"]
    assert status["coverage"]["fresh"] == count
    assert all(status["counts"][grade] for grade in ("red", "yellow", "green"))
    standing = ", ".join(f"{number} {grade}" for grade, number in status["counts"].items())
    bench.report(
        Table(
            title=f"Size of `fleet_status` on {count:,} repositories",
            source=Path(__file__).stem,
            figures=[Figure("in its default budget", tokens(answer), "tokens", BUDGET)],
            columns=("the fleet", "told one by one, worst first", "counted only"),
            sides=[(standing, str(len(status["worst"])), str(status["omitted"]["count"]))],
            note="Its text and its data without white space; a token is four bytes of UTF-8.",
        )
    )


def test_fleet_status_is_quick(bench: Bench, server: Pipe, count: int) -> None:
    rounds = bench.size(400, 60)
    with Pipe(bare_server(), bench.environment("bare")) as bare:
        bare.shake_hands()
        sides = {OURS: of_call(server, "fleet_status"), BARE: of_call(bare, "nothing")}
        took = interleaved(sides, rounds, warm=20)
    over = (took[OURS].median - took[BARE].median) * 1000
    bench.report(
        Table(
            title=f"`fleet_status` on {count:,} repositories, nothing changed",
            source=Path(__file__).stem,
            figures=[Figure("p50 over that of an empty tool", over, "ms", 2.0)],
            columns=("side", "p50", "spread", "p99"),
            sides=[
                (name, *seconds(series), f"{series.percentile(99) * 1000:.1f} ms")
                for name, series in took.items()
            ],
            note=f"{rounds} calls of each, over stdio, one after the other.",
        )
    )
