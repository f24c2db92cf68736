"""From nothing at all to `tools/list`: an empty cache, a download, an installation, a start."""

import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from tests.benchmarks.bench import ROOT, Bench
from tests.benchmarks.measure import Figure, Side, Table, interleaved, seconds, shown
from tests.benchmarks.pipe import Pipe

OURS, THEIRS = "`uvx opsroom stdio PATH`", "`uvx mcp-server-git`"
ROUNDS = 3
LARGEST = 60.0
"""Megabytes that the base installation may download."""


def wheel(bench: Bench) -> Path:
    """Opsroom as it would be published: through an sdist, since `build/` keeps what was deleted."""
    out = bench.scratch / "dist"
    command = [sys.executable, "-m", "build", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(out.glob("*.whl"))


def from_nothing(command: Sequence[str], environment: Mapping[str, str], cache: Path) -> Side:
    """Run it through uv, whose cache is empty."""

    def side() -> float:
        shutil.rmtree(cache, ignore_errors=True)
        begun = time.perf_counter()
        with Pipe(command, {**environment, "UV_CACHE_DIR": str(cache)}) as server:
            server.shake_hands()
            tools = server.request("tools/list")["tools"]
            taken = time.perf_counter() - begun
        assert tools
        return taken

    return side


def megabytes(what: str | Path, folder: Path) -> tuple[float, int]:
    """What pip downloads for it, and how many files that are."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet"]
    subprocess.run([*command, "--no-cache-dir", "--dest", folder, what], check=True)
    files = list(folder.iterdir())
    return sum(file.stat().st_size for file in files) / 1e6, len(files)


def test_install(bench: Bench) -> None:
    if not bench.full:
        pytest.skip("only in a full run: it downloads everything, some times over")
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}:{bench.environment('uv')['PATH']}")
    assert uv, "uv is needed, and `make bench` installs it"
    built = wheel(bench)
    bench.clones(20)
    environment = bench.environment("uv")
    ours = [uv, "tool", "run", "--from", str(built), "opsroom", "stdio", str(bench.folder(20))]
    theirs = [uv, "tool", "run", "mcp-server-git"]
    sides = {
        OURS: from_nothing(ours, environment, bench.scratch / "cache-ours"),
        THEIRS: from_nothing(theirs, environment, bench.scratch / "cache-theirs"),
    }
    took = interleaved(sides, ROUNDS)
    sizes = {
        OURS: megabytes(built, bench.scratch / "files-ours"),
        THEIRS: megabytes("mcp-server-git", bench.scratch / "files-theirs"),
    }
    bench.report(
        Table(
            title="From an empty cache to `tools/list`",
            source=Path(__file__).stem,
            figures=[
                Figure.ratio("of what `mcp-server-git` takes", took[OURS], took[THEIRS]),
                Figure("downloaded", sizes[OURS][0], "MB", LARGEST),
            ],
            columns=("side", "median", "spread", "downloaded", "files"),
            sides=[
                (name, *seconds(series), shown(sizes[name][0], "MB"), str(sizes[name][1]))
                for name, series in took.items()
            ],
            note=f"{ROUNDS} rounds, each with an empty cache of uv. Most of it is download.",
        )
    )
