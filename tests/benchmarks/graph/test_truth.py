"""Real public projects that need one another: the edges found beside those that people wrote down.

`truth.tsv` was made by hand, by reading each file; `projects.tsv` says at which commits.
"""

import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import anyio
import anyio.to_thread
import pytest
from tests.benchmarks.bench import Bench
from tests.benchmarks.measure import Figure, Table
from tests.benchmarks.scan.lockfiles import CORPUS, checkout

from opsroom.model.link import Sure
from opsroom.operations.fleet import Row
from opsroom.operations.graph.held import Held, graph
from opsroom.operations.room import Room
from opsroom.operations.scans import looking
from opsroom.operations.scans.due import Patience
from opsroom.operations.scans.equipment import DEPENDENCIES, equip
from opsroom.operations.scans.one import scan_one
from opsroom.settings import DirectorySource, ScanSetting, Settings

HERE = Path(__file__)
PRECISION = 0.98
"""Of what is found, so much is true at least."""
TOLD = 40
"""Edges that the table names of those that were missed, and of those that nobody wrote down."""

Triple = tuple[str, str, str]
"""Who needs whom, as what."""
Found = Mapping[Triple, Mapping[str, Sure]]
"""By file: how sure."""


class Project(NamedTuple):
    """A public project, and the commit that people read."""

    name: str
    commit: str
    folder: Path


def projects() -> list[Project]:
    """Those of the list that CORPUS holds."""
    lines = [line.split("\t") for line in _lines("projects.tsv")]
    found = [(name, commit, checkout(name) if CORPUS.name else None) for name, commit in lines]
    return [Project(name, commit, folder) for name, commit, folder in found if folder]


def wanted(names: Sequence[str]) -> dict[Triple, set[str]]:
    """What people wrote down of these projects: the files that say so."""
    found: dict[Triple, set[str]] = {}
    for line in _lines("truth.tsv"):
        source, target, kind, file = line.split("\t")
        if source in names and target in names:
            found.setdefault((source, target, kind), set()).add(file)
    return found


def _lines(name: str) -> list[str]:
    return HERE.with_name(name).read_text(encoding="utf-8").splitlines()[1:]


def head(folder: Path) -> str:
    """The commit that a clone stands on."""
    asked = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


async def edges(settings: Settings) -> tuple[int, Found]:
    """The edges of the graph after one scan of the clones; how many repositories it holds."""
    equipment = await anyio.to_thread.run_sync(equip, settings)
    bench, patience = looking.Bench(settings.home), Patience(settings.scan.every)
    async with Room(settings, watches=False) as room:
        await room.open()
        room.owner = True
        for source in settings.directories:
            await room.lookout.pass_over(source)
        await room.refresh()
        rows = iter(list(room.fleet))

        async def scan() -> None:
            row: Row
            for row in rows:
                await scan_one(room, row, bench, equipment, patience, only=(DEPENDENCIES,))

        async with anyio.create_task_group() as tasks:
            for _ in range(looking.CORES):
                tasks.start_soon(scan)
        await anyio.to_thread.run_sync(bench.rest)
        held = await graph(room)
        return len(held.names), _named(held)


def _named(held: Held) -> Found:
    found: dict[Triple, dict[str, Sure]] = {}
    for number, row in held.names.items():
        for edge in held.edges_of(number):
            triple = row.name, held.names[edge.target].name, edge.kind
            found.setdefault(triple, {})[edge.path] = edge.sure
    return found


@pytest.mark.skipif(not projects(), reason="CORPUS=DIR names a folder of clones")
def test_truth(bench: Bench) -> None:
    here = projects()
    settings = Settings(
        home=bench.scratch / "truth",
        sources=tuple(DirectorySource(kind="directory", path=each.folder) for each in here),
        scan=ScanSetting(scanners=(DEPENDENCIES,)),
    )
    begun = time.perf_counter()
    count, found = anyio.run(edges, settings)
    took = time.perf_counter() - begun
    truth = wanted([each.name for each in here])
    assert count == len(here), [each.name for each in here]
    places = [(triple, file) for triple, files in truth.items() for file in sorted(files)]
    missed = [each for each in places if each[1] not in found.get(each[0], {})]
    seen = [(triple, file) for triple, files in found.items() for file in sorted(files)]
    extra = [(triple, file) for triple, file in seen if file not in truth.get(triple, ())]
    moved = [each.name for each in here if head(each.folder) != each.commit]
    table = Table(
        title=f"Edges between {len(here)} real public projects, beside those read by hand",
        source=HERE.stem,
        figures=[
            Figure("clones to edges", took, "s"),
            Figure("recall of edges", _share(truth, found), "", 1, True),
            Figure("recall of files that say so", 1 - len(missed) / len(places), "", 1, True),
            Figure("precision of edges", _share(found, truth), "", PRECISION, True),
            Figure("precision of files that say so", 1 - len(extra) / len(seen), ""),
        ],
        columns=("edge", "kind", "file", "what"),
        sides=[
            *(_side(triple, file, "missed") for triple, file in missed[:TOLD]),
            *(
                _side(triple, file, f"nobody wrote it down; {found[triple][file].value}")
                for triple, file in extra[:TOLD]
            ),
        ],
        note=f"{len(truth)} edges in {len(places)} files are written down, {len(found)} in "
        f"{len(seen)} are found. "
        f"At another commit than was read: {', '.join(moved) or 'none'}.",
    )
    bench.report(table)
    table.check(1.0)


def _share(of: Mapping[Triple, object], those: Mapping[Triple, object]) -> float:
    """How much of some is among others."""
    return len(of.keys() & those.keys()) / len(of)


def _side(triple: Triple, file: str, what: str) -> tuple[str, ...]:
    source, target, kind = triple
    return f"{source} -> {target}", kind, file, what
