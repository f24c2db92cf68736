"""Real public projects, cloned whole: what a scan covers of each, and how long it takes."""

import time
from collections import Counter
from pathlib import Path

import anyio
import pytest
from tests.benchmarks.bench import Bench
from tests.benchmarks.measure import Figure, Table
from tests.benchmarks.scan import data
from tests.benchmarks.scan.lockfiles import CORPUS

from opsroom.model.severity import Severity
from opsroom.observe.kinds import SECRETS
from opsroom.operations.fleet import Row
from opsroom.operations.scans.coverage import reasons, standing
from opsroom.operations.scans.equipment import OWN
from opsroom.operations.scans.once import ScannedOnce, scan_once
from opsroom.settings import DirectorySource, ScanSetting, Settings

HERE = Path(__file__).stem
TOLD = 3
"""Reasons that a row names."""


def clones() -> list[Path]:
    """The clones in CORPUS, which lie there whole and with their past."""
    return sorted(folder.parent for folder in CORPUS.glob("*/.git")) if CORPUS.name else []


@pytest.mark.skipif(not clones(), reason="CORPUS=DIR names a folder of clones")
def test_projects(bench: Bench) -> None:
    settings = Settings(
        home=bench.scratch / "projects",
        sources=(DirectorySource(kind="directory", path=CORPUS),),
        scan=ScanSetting(offline=data.folder() or bench.scratch / "none"),
    )
    begun = time.perf_counter()
    once: ScannedOnce = anyio.run(scan_once, settings)
    took = time.perf_counter() - begun
    unsaid = [row.name for row in once.rows if standing(row) != "whole" and not reasons(row)]
    unseen = [row.name for row in once.rows if not row.scans]
    bench.report(
        Table(
            title=f"{len(once.rows)} real public projects, each with its whole past",
            source=HERE,
            figures=[
                Figure("all of them, nothing known before", took, "s"),
                Figure("without a scan", float(len(unseen)), "", limit=0),
                Figure("not whole, and nobody says why", float(len(unsaid)), "", limit=0),
                Figure("of the clones, not looked at", float(len(once.problems)), "", limit=0),
            ],
            columns=(
                "project",
                "commit",
                "files",
                "kinds",
                "open findings",
                "looked at",
                "unknown",
            ),
            sides=[_side(row) for row in sorted(once.rows, key=_name)],
            note="Files: those that the scanner of secrets read. What is unknown is cut.",
        )
    )


def _name(row: Row) -> str:
    return Path(row.snapshot.path or row.name).name.replace("__", "/")


def _side(row: Row) -> tuple[str, ...]:
    scans = {scan.scanner: scan for scan in row.scans}
    secrets = scans.get("secrets")
    readers = [scan for scan in row.scans if scan.scanner not in OWN]
    kinds = sorted({kind for scan in readers for kind in scan.kinds} - {SECRETS})
    counts = Counter(kept.finding.severity for kept in row.findings if kept.finding.scanner)
    told = [f"{counts[each]} {each.value}" for each in reversed(Severity) if counts[each]]
    return (
        _name(row),
        secrets.commit[:10] if secrets else "",
        f"{secrets.files:,}" if secrets else "0",
        ", ".join(kinds),
        ", ".join(told),
        standing(row),
        "; ".join(reason[:70] for reason in reasons(row)[:TOLD]),
    )
