"""`opsroom audit` of real clones, start-up included, beside `gita ll` and bare `git status`."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from tests.benchmarks.bench import Bench, competitor, opsroom
from tests.benchmarks.measure import Figure, Side, Table, interleaved, seconds

from opsroom.judge.examination import built_in
from opsroom.model.snapshot import Files, Refs, Worktree

OURS, LOOP, GITA = "`opsroom audit`", "loop of `git status`", "`gita ll`"
LOOP_SCRIPT = 'for clone in "$1"/*/*/; do git -C "$clone" status; done'
COMMON = {"at", "source"}


def facts() -> str:
    """What an audit gives of each clone, by the names of the facts."""
    named = [
        name.replace("_", " ")
        for group in (Worktree, Refs, Files)
        for name in group.model_fields
        if name not in COMMON
    ]
    return f"{', '.join(named)}; {len(built_in())} checks, health with its reasons"


GIVES = {
    LOOP: "branch, ahead and behind, changed and untracked paths",
    GITA: "branch, in sync or not, marks for staged, changed, untracked and stashed, last commit",
}


def timed(command: Sequence[str | Path], environment: Mapping[str, str]) -> Side:
    """A program run to its end, its output read and dropped."""

    def side() -> float:
        begun = time.perf_counter()
        done = subprocess.run(command, env=environment, capture_output=True, check=False)
        taken = time.perf_counter() - begun
        assert done.returncode == 0, done.stderr.decode()
        return taken

    return side


def sides(bench: Bench, folder: Path) -> dict[str, Side]:
    """Ours, the loop, and gita where it is installed, which is told of the clones first."""
    environment = bench.environment("audit")
    found = {
        OURS: timed(opsroom("audit", folder), environment),
        LOOP: timed(["sh", "-c", LOOP_SCRIPT, "sh", folder], environment),
    }
    gita = competitor("gita") if bench.full else None
    if gita:
        environment = bench.environment(f"gita-{folder.name}")
        timed([gita, "add", "--recursive", folder], environment)()
        found[GITA] = timed([gita, "ll"], environment)
    return found


@pytest.mark.parametrize("full", [100, 1000])
def test_audit(bench: Bench, full: int) -> None:
    if not bench.full and full > 100:
        pytest.skip("only in a full run")
    bench.clones(full)
    rounds = bench.size(11 if full == 100 else 5, 3)
    took = interleaved(sides(bench, bench.folder(full)), rounds)
    ours, gita = took[OURS], took.get(GITA)
    ahead = Figure("of what `gita ll` takes", None, "x", 1.0)
    if gita:
        ahead = Figure.ratio("of what `gita ll` takes", ours, gita, limit=1.0)
    bench.report(
        Table(
            title=f"Audit of {full:,} clones, start-up included",
            source=Path(__file__).stem,
            figures=[
                Figure.ratio("of what the bare loop takes", ours, took[LOOP], limit=3.0),
                ahead,
            ],
            columns=("side", "median", "spread", "facts of each clone"),
            sides=[
                (name, *seconds(series), {**GIVES, OURS: facts()}[name])
                for name, series in took.items()
            ],
            note=f"{rounds} rounds.",
        )
    )
