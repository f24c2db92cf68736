"""stdio: from the start of the process to the answer of `tools/list`, beside the bare SDK."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.benchmarks.bench import Bench, bare_server, competitor, opsroom
from tests.benchmarks.measure import Figure, Side, Table, interleaved, seconds
from tests.benchmarks.pipe import Pipe

OURS, BARE, THEIRS = "`opsroom stdio PATH`", "`MCPServer` with one tool", "`mcp-server-git`"


def to_tools(command: Sequence[str], environment: Mapping[str, str]) -> Side:
    """Start it, shake hands, list the tools; its end is not measured."""

    def side() -> float:
        begun = time.perf_counter()
        with Pipe(command, environment) as server:
            server.shake_hands()
            tools = server.request("tools/list")["tools"]
            taken = time.perf_counter() - begun
        assert tools
        return taken

    return side


def test_cold_start(bench: Bench) -> None:
    count, rounds = 20, bench.size(31, 5)
    bench.clones(count)
    environment = bench.environment("cold")
    sides = {
        OURS: to_tools(opsroom("stdio", bench.folder(count)), environment),
        BARE: to_tools(bare_server(), environment),
    }
    theirs = competitor("mcp-server-git") if bench.full else None
    if theirs:
        sides[THEIRS] = to_tools([str(theirs)], environment)
    took = interleaved(sides, rounds, warm=2)
    gives = {
        OURS: "every tool of Opsroom, with schemas of arguments and answers",
        BARE: "one tool",
        THEIRS: "its tools, with schemas of arguments",
    }
    bench.report(
        Table(
            title="Cold start over stdio, spawn to `tools/list`",
            source=Path(__file__).stem,
            figures=[
                Figure.ratio("of what the bare SDK takes", took[OURS], took[BARE], limit=1.25)
            ],
            columns=("side", "median", "spread", "what it gives"),
            sides=[(name, *seconds(series), gives[name]) for name, series in took.items()],
            note=f"{rounds} rounds.",
        )
    )
