"""A centre that is killed while it records a scan leaves all of it behind, or nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.operations.hosted import ACME
from tests.operations.rooms import Yard, events, opened
from tests.operations.scans.fleet import COMMIT, depend, flaw, has_advisories, package, row

from opsroom.model.finding import FindingState
from opsroom.settings import Settings
from opsroom.store.findings import load_findings
from opsroom.store.inventories import load_outlines, manifests_of

pytestmark = pytest.mark.anyio

PROGRAM = """
import sys, anyio
from pathlib import Path
from tests.operations.hosted import ACME, surveyed, told
from tests.operations.rooms import opened
from tests.operations.scans.fleet import *

async def main():
    async with opened(Settings(home=Path(sys.argv[1]), sources=(ACME,))) as room:
        await surveyed(room)
        await told(room, repository("acme/api"))
        has_advisories(room, *(flaw(f"CVE-2026-{n}", f"p{n}") for n in range(200)))
        await depend(room, commit="0")
        for n in range(200):
            await depend(room, package(f"p{n}"), commit=str(n))
            print(n, flush=True)

anyio.run(main)
"""


async def test_killed_at_any_moment_packages_findings_and_events_agree(yard: Yard) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(yard.home)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(Path.cwd()), *sys.path))},
    )
    assert process.stdout is not None
    for _ in range(12):
        assert process.stdout.readline().strip().isdecimal()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    async with opened(Settings(home=yard.home, sources=(ACME,))) as room:
        await room.refresh()
        async with room.store.read() as connection:
            ((number, kept),) = (await load_findings(connection)).items()
            outline = (await load_outlines(connection))[number]
            (held,) = (await manifests_of(connection))[number]
        last = int(outline.commit)
        assert last >= 11
        states = {k.finding.advisory.id: k.state for k in kept if k.finding.advisory}
        assert states == {
            f"CVE-2026-{n}": FindingState.OPEN if n == last else FindingState.FIXED
            for n in range(last + 1)
        }
        assert [scan.commit for scan in row(room).scans] == [str(last)]
        assert held.reason is None
        told = [e.kind for e in await events(room) if e.kind.startswith("finding.")]
        assert (told.count("finding.opened"), told.count("finding.fixed")) == (last + 1, last)
        has_advisories(room, flaw())
        await depend(room, package("web"), commit=COMMIT)
        assert [k.state for k in row(room).findings] == [FindingState.OPEN], "it goes on"
